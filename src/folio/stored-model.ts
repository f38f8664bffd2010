import type { Accessor, Flag, FlagModel } from './model.js';

/** A flag model as JSON has it, in snapshots and in kept trees. */
export interface StoredModel {
  readonly flags: readonly (readonly [string, Flag])[];
  readonly accessors: readonly Accessor[];
  readonly pageTypeAccessors: readonly string[];
  readonly constants: readonly (readonly [string, boolean | null])[];
  readonly states: readonly (readonly [string, string])[];
}

/** What restoreModel() makes the model of again. */
export function storeModel(model: FlagModel): StoredModel {
  return {
    flags: [...model.flags],
    accessors: [...model.accessors.values()],
    pageTypeAccessors: [...model.pageTypeAccessors],
    constants: [...model.constants],
    states: [...model.states],
  };
}

/** The model that storeModel() was given. */
export function restoreModel({
  flags,
  accessors,
  pageTypeAccessors,
  constants,
  states,
}: StoredModel): FlagModel {
  return {
    flags: new Map(flags),
    accessors: new Map(accessors.map((accessor) => [accessor.name, accessor])),
    pageTypeAccessors: new Set(pageTypeAccessors),
    constants: new Map(constants),
    states: new Map(states),
  };
}
