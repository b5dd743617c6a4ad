import { readConfig, type TestkitConfig } from './config.ts'
import { findProgram, runProgram } from './programs.ts'

/**
 * The path of a Chromium; installs Debian's where that is allowed and possible. Throws where there is
 * none, and says why.
 */
export const chromiumProgram = async (config: TestkitConfig = readConfig()): Promise<string> => {
  const found = findChromium(config)
  if (found !== undefined) return found
  const none = 'no chromium is on PATH'
  if (!config.mayInstall) throw new Error(`${none} (EBB_TEST_INSTALL=1 lets apt-get install it)`)
  if (findProgram(config, 'apt-get') === undefined || process.getuid?.() !== 0)
    throw new Error(`${none}, and only root with apt-get may install it`)
  await runProgram('apt-get', ['update', '-qq'])
  // The second one has the signs of Chinese, which the page is looked at in.
  const packages = ['chromium', 'fonts-wqy-zenhei']
  await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages])
  const installed = findChromium(config)
  if (installed === undefined) throw new Error('apt-get installed no chromium')
  return installed
}

const findChromium = (config: TestkitConfig): string | undefined =>
  findProgram(config, 'chromium', 'chromium-browser', 'google-chrome')
