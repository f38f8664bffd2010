import { parseDiffLines, type ParsedDiff } from '../patch/diff.js';
import type { FileDiff } from '../patch/patch.js';
import { whitespaceLooksDamaged } from './damage.js';
import type { MessageText } from './message.js';
import { recoverDiff } from './recover.js';

/** The diff in a mail's text. */
export interface FoundDiff {
  readonly files: readonly FileDiff[];
  /** How many `>` were in front of it. */
  readonly depth: number;
  /** The lines above and below it, at its depth. */
  readonly above: readonly string[];
  readonly below: readonly string[];
  readonly whitespaceDamaged: boolean;
  readonly notes: readonly string[];
}

/**
 * Finds the diff in a text: as it stands there, or quoted, wrapped, or with its white space lost. What is there
 * unquoted, and whole or can be put together, is taken before anything that is quoted: who answers a patch with
 * another one may quote the whole of the first. Null when there is no diff.
 *
 * @throws RectoError as parseDiff does.
 */
export function findDiff(body: MessageText): FoundDiff | null {
  const lines = body.text.split('\n');
  const plain = plainDiff(lines, body.flowed);
  if (plain.files.length > 0 && plain.broken === 0) return asItStands(plain, lines, body.fromPage);

  const own = plain.broken > 0 ? recoverDiff(body, 0) : null;
  const recovered = own !== null && own.whole > 0 ? own : recoverDiff(body);
  if (recovered) {
    const parsed = parseDiffLines(recovered.diff);
    // What of an unquoted diff is cut off is lost; half a hunk is only worth having where it was quoted.
    if (parsed.files.length > 0 && hunks(parsed) - recovered.partial > hunks(plain)) {
      const notes = [...parsed.notes];
      if (recovered.partial > 0) {
        notes.push(
          `${count(recovered.partial, 'hunk is', 'hunks are')} there only in part; what there is was read`,
        );
      }
      const quoted = recovered.depth > 0;
      return {
        files: parsed.files,
        depth: recovered.depth,
        above: recovered.above,
        below: recovered.below,
        whitespaceDamaged: recovered.damaged || whitespaceLooksDamaged(parsed.files, quoted || body.fromPage),
        notes,
      };
    }
    if (recovered.depth > 0 && parsed.files.length > 0 && hunks(plain) === 0) {
      return {
        files: parsed.files,
        depth: recovered.depth,
        above: recovered.above,
        below: recovered.below,
        whitespaceDamaged: recovered.damaged || whitespaceLooksDamaged(parsed.files, true),
        notes: [...parsed.notes, 'only parts of its hunks are quoted; what there is was read'],
      };
    }
  }
  return plain.files.length > 0 || plain.broken > 0 ? asItStands(plain, lines, body.fromPage) : null;
}

/** format=flowed puts a blank in front of lines that begin with one; not all who claim it do it. */
function plainDiff(lines: readonly string[], flowed: boolean): ParsedDiff {
  const asIs = () => parseDiffLines(lines);
  if (!flowed) return asIs();
  const unstuffed = parseDiffLines(lines.map((line) => (line.startsWith(' ') ? line.slice(1) : line)));
  if (unstuffed.files.length > 0 && unstuffed.broken === 0) return unstuffed;
  const other = asIs();
  return other.broken < unstuffed.broken || hunks(other) > hunks(unstuffed) ? other : unstuffed;
}

function asItStands(parsed: ParsedDiff, lines: readonly string[], fromPage: boolean): FoundDiff {
  return {
    files: parsed.files,
    depth: 0,
    above: lines.slice(0, parsed.start),
    below: lines.slice(parsed.end),
    whitespaceDamaged: whitespaceLooksDamaged(parsed.files, fromPage),
    notes: parsed.notes,
  };
}

function hunks(parsed: ParsedDiff): number {
  return parsed.files.reduce((sum, file) => sum + file.hunks.length, 0);
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
