import type { EventLog } from './event-log.ts'
import type { PartitionStore } from './partition-store.ts'

/** Where an installation keeps its data. */
export interface Place {
  /** Folder of this machine: access keys, the spool, and all of it on embedded engines. */
  readonly folder: string
  /** Stands before every topic, group and key on engines that several installations share. */
  readonly namespace: string
}

/** How an owner opens the engines of a place. */
export interface EngineSettings {
  /** Names the owner to another process that tries the same place. */
  readonly what: string
  /** The process clock: stamps records as they are appended. */
  readonly now: () => number
  /** What must survive: a killed process, or a power cut too (one fsync more a write). */
  readonly durability: 'killed-process' | 'power-cut'
}

/** A topic as an engine makes it. */
export interface WantedTopic {
  readonly name: string
  readonly partitions: number
  readonly kept: 'for ever' | 'last of each key' | { readonly days: number }
}

/**
 * Whose clock stamps the records of a topic. That of the log keeps a fast clock of ours from making
 * customers look silent; a replay and a demonstration have clocks of their own, which only the
 * writer knows. Engines inside the process have no clock but the writer's.
 */
export type StampedBy = 'log' | 'writer'

/** Engines with the right to write. */
export interface OwnedEngines {
  readonly log: EventLog
  /** The states of a processor; the same store for the same name. */
  store(name: string): PartitionStore
  /**
   * Makes what is missing, and sets right what differs. Throws `EBB_TOPIC_PARTITIONS` where one has
   * another number of them.
   */
  makeTopics(topics: readonly WantedTopic[], stampedBy: StampedBy): Promise<void>
  /** Removes topics and states that nobody uses; what is not there is no fault. */
  remove(unused: Unused): Promise<void>
  close(): Promise<void>
}

/** What may go. */
export interface Unused {
  readonly topics: readonly string[]
  /** Names of stores, and how many partitions they have. */
  readonly stores: readonly string[]
  readonly partitions: number
}

/** Engines to look at, whoever owns them. */
export interface ReadEngines {
  readonly log: Pick<EventLog, 'partitions' | 'read'>
  /** `undefined` where it is known that no processor ever kept states under that name. */
  store(name: string): Pick<PartitionStore, 'read' | 'scan'> | undefined
  close(): Promise<void>
}

/** What an engine says of itself. */
export interface EngineReport {
  /** Such as `Apache Kafka`, `Valkey`. */
  readonly product: string
  /** The oldest of its servers, `major.minor` at least; absent where it does not tell. */
  readonly version?: string
  /** How far its clock is before that of this machine, ms; absent where it has none to ask. */
  readonly aheadMs?: number
  /** What is wrong with its settings, a sentence each. */
  readonly advice: readonly string[]
}

/** A member of a consumer group, and what it reads. */
export interface GroupMember {
  /** Client and address, for people. */
  readonly who: string
  readonly partitions: readonly number[]
}

/** Engines to examine. Opening them asks nothing: each call answers, or throws, for its own engine. */
export interface ExaminedEngines {
  readonly log: Pick<EventLog, 'partitions' | 'read' | 'advised'>
  /** As `ReadEngines.store`. */
  store(name: string): Pick<PartitionStore, 'read'> | undefined
  /** Ends within seconds. */
  report(of: 'log' | 'store'): Promise<EngineReport>
  /** Who reads as these groups, in their order; absent where one process owns the whole. */
  members?(groups: readonly string[]): Promise<readonly (readonly GroupMember[])[]>
  close(): Promise<void>
}

/** Topics that outlive the process that made them. */
export interface SharedTopics {
  /** Compares what is wanted with what is there; changes nothing. */
  plan(place: Place, topics: readonly WantedTopic[]): Promise<TopicPlan>
}

/** What making topics would change. */
export interface TopicPlan {
  readonly steps: readonly TopicStep[]
  /** Takes the steps. Throws `EBB_TOPIC_PARTITIONS` where one is refused; then nothing is done. */
  apply(): Promise<void>
}

/** One topic of a plan. */
export interface TopicStep {
  readonly topic: string
  readonly action: 'create' | 'keep' | 'alter' | 'refuse'
  /** What is created or altered, or why it is refused. */
  readonly detail: string
}

/** The engines that a command line works with: an event log and a state store. */
export interface Engines {
  /** What they are, for people. */
  readonly names: Readonly<Record<'log' | 'store', string>>
  /**
   * Absent where one process owns a place and makes what it needs. Where several may own it at
   * once, the topics of a live installation are planned and made by hand, never by the way.
   */
  readonly shared?: SharedTopics
  /** Throws `EBB_DATA_IN_USE` where another process owns the place. */
  own(place: Place, settings: EngineSettings): Promise<OwnedEngines>
  /** `undefined` where nothing was begun. */
  look(place: Place): Promise<ReadEngines | undefined>
  /** Looks for what is wrong, also while one of them is away; `undefined` where nothing was begun. */
  examine(place: Place): Promise<ExaminedEngines | undefined>
  /** Removes all data of a place that nobody owns. */
  forget(place: Place): Promise<void>
}
