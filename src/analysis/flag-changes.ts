import type { Action } from '../c/facts.js';
import { folioOf } from './intrinsics.js';
import type { UpdateJudge } from './judge.js';
import { flagsWordNamed, type Memory } from './memory.js';
import { isReferenced, published, withOwnership } from './origin.js';
import type { FunctionEntry, Program } from './program.js';
import type { State } from './state.js';
import type { FlagUpdate } from './summary.js';
import { familyOf, flagTest, ONE, result, ZERO, type Term } from './term.js';
import { expressionText } from './text.js';
import { bitOperation, flagOfBit, wordOf, wordOfPage } from './update.js';

type Call = Action & { do: 'call' };

/** What calls that test or change flags themselves do: accessors, bit operations, memset(). */
export class FlagChanges {
  private readonly program: Program;
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;
  private readonly judge: UpdateJudge;

  constructor(program: Program, entry: FunctionEntry, memory: Memory, judge: UpdateJudge) {
    this.program = program;
    this.entry = entry;
    this.memory = memory;
    this.judge = judge;
  }

  accessor(name: string, action: Call, args: readonly Term[], state: State, node: number): State[] | null {
    const accessor = this.program.model.accessors.get(name);
    const page = args[0];
    if (!accessor || !page) {
      const stateName = this.program.model.states.get(name);
      if (stateName && page && !this.program.contract(name)) {
        state.setVariable(action.to, flagTest(page, stateName));
        return [state];
      }
      if (this.program.model.pageTypeAccessors.has(name) && !this.program.contract(name)) {
        state.setVariable(action.to, result(node));
        return [state];
      }
      return null;
    }
    if (accessor.operation === 'test') {
      state.setVariable(action.to, flagTest(page, accessor.flag));
      return [state];
    }
    const { flag, operation, atomic } = accessor;
    this.changeFlag({ text: name, flag, operation, atomic, word: wordOf(accessor, page) }, page, state, node);
    return this.changed(operation, flag, action, page, state, node);
  }

  /** An update in this function, held against the folio. */
  private changeFlag(
    change: Pick<FlagUpdate, 'text' | 'flag' | 'operation' | 'atomic' | 'word'>,
    page: Term,
    state: State,
    node: number,
  ): void {
    const update: FlagUpdate = {
      ...change,
      identity: `${change.atomic ? 'atomic ' : ''}${change.operation} ${change.flag}`,
      updater: this.entry.facts.name,
      file: this.entry.file,
      line: this.memory.lineOf(node),
    };
    this.judge.update(update, page, state, node);
  }

  /** `__set_bit(PG_x, &folio->flags)` and its like. */
  bitOperation(
    name: string,
    action: Call,
    args: readonly Term[],
    state: State,
    node: number,
  ): State[] | null {
    const bit = bitOperation(name);
    const address = args[1];
    if (!bit || !address) return null;
    const flags = address.kind === 'inside' ? flagsWordNamed(address.name) : null;
    if (!flags) {
      state.setVariable(action.to, result(node));
      return [state];
    }
    const page = address.base!;
    const flag = flagOfBit(args[0]!);
    // `PG_##name`: the text of a macro that makes accessors. What it makes is in the flag model.
    if (flag === '') {
      state.setVariable(action.to, result(node));
      return [state];
    }
    const text = `${name}(${args[0]!.kind === 'name' ? args[0]!.name : '…'})`;
    const word = flags === '_flags_1' ? 'second' : wordOfPage(page);
    this.changeFlag({ ...bit, text, flag, word }, page, state, node);
    return this.changed(bit.operation, flag, action, page, state, node);
  }

  /** `memset(page, 0, sizeof(*page))` writes the flags word, among others. */
  overwrite(name: string, action: Call, args: readonly Term[], state: State, node: number): void {
    const page = args[0];
    const [written] = action.arguments;
    if (!/^(__)?mem(set|cpy|move)$/.test(name) || !page || !written || page.kind === 'local') return;
    // By its declared type: the address of a page's memory is followed as the page.
    if (!/^struct (page|folio) ?\*$/.test(this.memory.typeOf(written))) return;
    const text = `${name}(${expressionText(written)}, …)`;
    const word = wordOfPage(page);
    this.changeFlag({ text, flag: 'flags', operation: 'change', atomic: false, word }, page, state, node);
  }

  /** What an update gives: a flag that was found set, and cleared, tells what a test of it does. */
  private changed(
    operation: FlagUpdate['operation'],
    flag: string,
    action: Call,
    page: Term,
    state: State,
    node: number,
  ): State[] {
    const folio = familyOf(folioOf(page));
    const origin = this.memory.originOf(folio, state);
    const place = this.program.placeShownBy(flag);
    if (operation === 'set' && place) {
      const step = this.memory.step(node, `it is shown to be in ${place}: others take it from there`);
      state.origins.set(folio, published(origin, place, step));
    }
    if (
      operation !== 'test-and-clear' ||
      origin.ownership !== 'speculative' ||
      !place ||
      !isReferenced(origin)
    ) {
      state.setVariable(action.to, result(node));
      return [state];
    }
    const found = state.clone();
    const step = this.memory.step(node, `it was visible through ${place}, and was taken from there`);
    found.origins.set(folio, withOwnership(origin, 'shared', step));
    found.setVariable(action.to, ONE);
    state.setVariable(action.to, ZERO);
    return [found, state];
  }
}
