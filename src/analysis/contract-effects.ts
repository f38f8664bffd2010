import type { Action } from '../c/facts.js';
import type { Outcome, Ownership, Visibility } from '../folio/contract.js';
import { folioOf, SIGNS } from './intrinsics.js';
import type { Memory } from './memory.js';
import {
  ofCallers,
  originOf,
  published,
  referenced,
  withdrawn,
  withOwnership,
  type Origin,
} from './origin.js';
import type { Program } from './program.js';
import { memoryKey } from './state-key.js';
import { NO_FACT, POSITIVE, withSign, type State } from './state.js';
import type { UnheldPages } from './unheld.js';
import { familyOf, field, flagTest, named, result, ZERO, type Term } from './term.js';

type Call = Action & { do: 'call' };

/** What calls do whose functions a contract describes. */
export class ContractEffects {
  private readonly program: Program;
  private readonly memory: Memory;
  private readonly unheld: UnheldPages;

  constructor(program: Program, memory: Memory, unheld: UnheldPages) {
    this.program = program;
    this.memory = memory;
    this.unheld = unheld;
  }

  apply(
    outcomes: readonly Outcome[],
    name: string,
    args: readonly Term[],
    made: Term,
    action: Call,
    before: State,
    node: number,
  ): State[] {
    const states: State[] = [];
    const tests = outcomes[0]?.tests;
    const tested = tests ? args[tests.argument] : undefined;
    if (tests && tested) {
      before.setVariable(action.to, flagTest(folioOf(tested), tests.state));
      return [before];
    }
    const apt = outcomes.filter((outcome) => this.isApt(outcome, args, before));
    const certain = apt.filter((outcome) => outcome.of.length > 0 && this.isCertain(outcome, args, before));
    for (const outcome of certain.length > 0 ? certain : apt) {
      const state = apt.length > 1 ? before.clone() : before;
      const value = this.outcomeValue(outcome, name, args, made, state, node);
      if (!value) continue;
      state.setVariable(action.to, value);
      this.applyEffects(outcome, name, args, state, node);
      states.push(state);
    }
    return states;
  }

  /** Can the outcome be, given how the folios stand that it is restricted to? */
  private isApt(outcome: Outcome, args: readonly Term[], state: State): boolean {
    return outcome.of.every(
      ({ argument, standing }) => this.stands(args[argument], standing, state) !== false,
    );
  }

  private isCertain(outcome: Outcome, args: readonly Term[], state: State): boolean {
    return outcome.of.every(
      ({ argument, standing }) => this.stands(args[argument], standing, state) === true,
    );
  }

  private stands(argument: Term | undefined, standing: Ownership | Visibility, state: State): boolean | null {
    if (!argument) return null;
    const origin = this.memory.originOf(folioOf(argument), state);
    if (origin.ownership === standing || origin.visible.has(standing as Visibility)) return true;
    return origin.ownership === 'unknown' || origin.ownership === 'passed' ? null : false;
  }

  private outcomeValue(
    outcome: Outcome,
    name: string,
    args: readonly Term[],
    made: Term,
    state: State,
    node: number,
  ): Term | null {
    const { returns } = outcome;
    if (returns && 'argument' in returns) {
      const argument = args[returns.argument];
      if (!argument) return made;
      if (outcome.unheld && this.unheld.isLookup(node) && !this.isKnown(argument, state)) {
        const { visible, ownership } = outcome.unheld;
        const step = this.memory.step(node, saysReturned(name, visible, ownership));
        state.origins.set(made, originOf(outcome.unheld, step));
        return made;
      }
      const folio = returns.head ? familyOf(folioOf(argument)) : folioOf(argument);
      // An argument that is NULL gives NULL; otherwise the class holds for it.
      return folio;
    }
    if (outcome.constant) return named(outcome.constant);
    if (outcome.result === '0' || outcome.result === 'null') return ZERO;
    if (returns?.ownership === 'speculative' && args[0] && this.isKnown(args[0], state)) return args[0];
    if (returns) {
      const step = this.memory.step(node, saysReturned(name, returns.visible, returns.ownership));
      const origin = originOf(returns, step);
      // Where nothing says where it is visible, who filled the list that it comes from must be seen, too.
      const isOpen = origin.ownership === 'shared' && origin.visible.size === 0;
      state.origins.set(made, isOpen && args[0]?.kind === 'parameter' ? ofCallers(origin) : origin);
    }
    const sign = SIGNS[outcome.result] ?? 7;
    if (sign !== 7) state.facts.set(made, withSign(NO_FACT, sign));
    return made;
  }

  /** Who knows whose a PFN is does not find its page by chance. */
  private isKnown(pfn: Term, state: State): boolean {
    const { ownership } = this.memory.originOf(pfn, state);
    return ownership !== 'unknown' && ownership !== 'passed' && ownership !== 'speculative';
  }

  private applyEffects(
    outcome: Outcome,
    name: string,
    args: readonly Term[],
    state: State,
    node: number,
  ): void {
    const change = (index: number, how: (origin: Origin) => Origin): void => {
      const argument = args[index];
      if (!argument || argument === ZERO) return;
      const folio = familyOf(folioOf(argument));
      if (folio.kind === 'number' || folio.kind === 'local') return;
      state.origins.set(folio, how(this.memory.originOf(folio, state)));
    };
    for (const { argument, to } of outcome.publishes) {
      const step = this.memory.step(node, `${name}() makes it visible: ${to}`);
      const page = args[argument];
      if (to === 'refcount' && page?.kind === 'subpage') {
        const own = this.memory.leaveFolio(page, state);
        state.origins.set(own, published(this.memory.originOf(own, state), to, step));
        continue;
      }
      // A page that goes into the cache by itself has left its folio: which one it is does not matter to the others.
      if (to === 'page cache' && page?.kind === 'subpage' && page.number === null) continue;
      change(argument, (origin) => published(origin, to, step));
      if (to === 'page cache' && page) setMapping(page, state);
    }
    for (const { argument, from } of outcome.removes) {
      change(argument, (origin) => withdrawn(origin, from));
      if (from === 'list' && args[argument]) this.memory.leaveList(args[argument], state, node);
    }
    for (const { argument, ownership } of outcome.gives) {
      const step = this.memory.step(node, `${name}() makes it ${ownership}`);
      change(argument, (origin) =>
        origin.ownership === 'fresh' && ownership !== 'shared'
          ? origin
          : withOwnership(origin, ownership, step),
      );
    }
    const telling = (flag: string): boolean => this.program.placeShownBy(flag) !== null;
    for (const index of outcome.references) {
      change(index, (origin) => (canBeAnybodys(origin) ? referenced(origin, telling) : origin));
    }
    for (const index of outcome.locks) change(index, (origin) => ({ ...origin, locked: true }));
    for (const index of outcome.unlocks) change(index, (origin) => ({ ...origin, locked: false }));
    for (const { argument, field, state: folioState } of outcome.stores) {
      const base = args[argument];
      if (!base) continue;
      const value = result(node, `*${argument}${field ?? ''}`);
      state.forget(value);
      state.origins.set(
        value,
        originOf(
          folioState,
          this.memory.step(node, saysReturned(name, folioState.visible, folioState.ownership)),
        ),
      );
      this.memory.store(this.memory.behind(base, field ?? '', '', ''), value, state);
    }
    for (const { argument, state: folioState } of outcome.fills) {
      const container = args[argument];
      if (!container) continue;
      const origin = originOf(
        folioState,
        this.memory.step(node, saysReturned(name, folioState.visible, folioState.ownership)),
      );
      state.contents.set(container, [origin]);
    }
    for (const { argument, into } of outcome.collects) {
      const item = args[argument];
      const container = args[into];
      if (!item || !container) continue;
      const folio = familyOf(folioOf(item));
      const moved = state.contents.get(item);
      if (item.kind === 'inside' || moved) {
        this.memory.leaveList(item, state, node);
        this.memory.joinList(container, state, node);
      }
      if (container.kind === 'name') {
        const step = this.memory.step(node, `${name}() puts it on ${container.name}`);
        state.origins.set(folio, published(this.memory.originOf(folio, state), 'list', step));
        continue;
      }
      // A list that is known to be walked by others, such as the queue of folios to split.
      const seen =
        container.kind === 'local'
          ? undefined
          : state.contents.get(container)?.find((other) => isVisible(other));
      if (seen) {
        const step = this.memory.step(node, `${name}() puts it where others find it`);
        const [place = 'list'] = seen.visible;
        state.origins.set(folio, published(this.memory.originOf(folio, state), place, step));
      } else if (moved) {
        for (const origin of moved) this.memory.addToContainer(container, origin, state);
      } else this.memory.collect(container, folio, state);
    }
  }
}

/** A folio in the page cache has a mapping: __filemap_add_folio() in mm/filemap.c. */
export function setMapping(folio: Term, state: State): void {
  const family = familyOf(folioOf(folio));
  state.env.delete(memoryKey(family, 'mapping'));
  state.facts.set(field(family, 'mapping'), withSign(NO_FACT, POSITIVE));
}

function canBeAnybodys({ ownership }: Origin): boolean {
  return ownership === 'speculative' || ownership === 'passed';
}

function isVisible(origin: Origin): boolean {
  return origin.ownership === 'shared' || origin.ownership === 'speculative';
}

/** What the evidence says of where a folio comes from. */
export function saysReturned(name: string, visible: readonly string[], ownership: string): string {
  if (ownership === 'fresh') return `${name}() allocates it`;
  if (visible.length > 0) return `${name}() finds it, visible through ${visible.join(' and ')}`;
  return `${name}() returns it, ${ownership}`;
}
