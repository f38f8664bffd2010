import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A prepared kernel tree, or why there is none. */
export interface PreparedTree {
  readonly path: string;
  readonly missing: string | null;
}

/** The real tree of a release, from `../shared/linux-tree`. Without it tests are skipped, but not in CI. */
export function kernelTree(version: '6.1' | '6.12'): PreparedTree {
  const script = fileURLToPath(new URL('../../../shared/linux-tree', import.meta.url));
  if (!existsSync(script)) return none(`there is no ../shared/linux-tree to prepare Linux ${version}`);
  const args = [version, '--only', 'mm,include,fs,kernel,lib'];
  const path = execFileSync(script, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return { path: path.trim(), missing: null };
}

/** Why a test that needs a program of the machine cannot run, or null; not in CI, where it has to be there. */
export function missingTool(program: string): string | null {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return null;
  } catch {
    return none(`${program} is not installed`).missing;
  }
}

function none(missing: string): PreparedTree {
  if (process.env.CI === 'true') throw new Error(missing);
  return { path: '', missing };
}
