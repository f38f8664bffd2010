import type { Row, Round } from './row.js';

/** The line of a row: medians, the ratio to the peer by the clock and by processor time, peak, and the goal. */
export function rowLine({ name, work, peer, goal }: Row, rounds: readonly Round[]): string {
  const ours = rounds.map((round) => round.ours);
  const theirs = rounds.flatMap((round) => (round.peer === null ? [] : [round.peer]));
  const [wall, cpu] = [median(ours.map((cost) => cost.wall)), median(ours.map((cost) => cost.cpu))];
  const peak = Math.max(...ours.map((cost) => cost.peak));
  const parts = [`${work}: ${seconds(wall)} (CPU ${seconds(cpu)})`];
  if (theirs.length > 0) {
    const [peerWall, peerCpu] = [
      median(theirs.map((cost) => cost.wall)),
      median(theirs.map((cost) => cost.cpu)),
    ];
    // Each round against its own peer: what else the machine did then, it did to both.
    const ratios = rounds.map((round) => round.ours.wall / (round.peer?.wall ?? NaN));
    parts.push(`${peer ?? ''}: ${seconds(peerWall)} (CPU ${seconds(peerCpu)})`);
    parts.push(`ratio ${median(ratios).toFixed(2)} (CPU ${(cpu / peerCpu).toFixed(2)})`);
  }
  if (peak > 0) parts.push(`peak ${String(Math.round(peak / 1e6))} MB`);
  const wanted = [
    ...(goal.ratio === undefined ? [] : [`ratio ${String(goal.ratio)}`]),
    ...(goal.seconds === undefined ? [] : [seconds(goal.seconds)]),
    ...(goal.peak === undefined ? [] : [`${String(goal.peak / 1e6)} MB`]),
  ];
  if (wanted.length > 0) parts.push(`goal ${wanted.join(', ')}`);
  return `${name}: ${parts.join('; ')}`;
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function seconds(time: number): string {
  return time < 1 ? `${String(Math.round(time * 1000))} ms` : `${time.toFixed(2)} s`;
}
