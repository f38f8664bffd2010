import { spawnSync } from 'node:child_process';

/** Debian's packages that some tests need; `.ci/run` installs them. */
const COMMANDS = ['public-inbox-init', 'public-inbox-httpd', 'dovecot', 'mutt', 'script', 'perl'];

/**
 * Why tests against real servers cannot run here; null when they can. Under `CI=true` they run in any case, so that
 * what is missing is seen.
 */
export function whyNoServers(): string | null {
  if (process.env['CI'] === 'true') return null;
  const missing = COMMANDS.filter((command) => spawnSync('which', [command]).status !== 0);
  if (missing.length > 0) return `${missing.join(', ')} not installed`;
  // Dovecot gives each of its processes a user of its own.
  return process.getuid?.() === 0 ? null : 'dovecot needs root';
}
