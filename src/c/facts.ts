/**
 * A variable, or what can be reached from one by fields and indexes:
 * `folio`, `vmf->page`, `fbatch.folios[i]`. Steps are written as in C:
 * `.name`, `->name`, `[3]`, `[i]` (a variable), `[?]` (any other index) and `*`.
 */
export interface Place {
  /** A parameter, local or global variable, or a temporary (`%7`) that holds a call's result. */
  readonly base: string;
  readonly path: readonly string[];
}

/** The value of a C expression, free of calls and side effects: these are nodes of their own. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  /** A named constant, a function, or a global variable. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'read'; readonly place: Place }
  | { readonly kind: 'address'; readonly place: Place }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** A type where a macro takes one: `struct folio`. */
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'opaque' };

/** What one node of the control-flow graph does. */
export type Action =
  | {
      readonly do: 'assign';
      readonly to: Place;
      /** `=`, or the operator of a compound assignment: `|=`. */
      readonly operator: string;
      readonly value: Expression;
    }
  | {
      readonly do: 'call';
      /** The function's or macro's name, or the place of a function pointer. */
      readonly callee: string | Place;
      readonly arguments: readonly Expression[];
      /** The temporary that receives the result. */
      readonly to: string;
    }
  /** `next[0]` is taken when the condition is true, `next[1]` when not. */
  | { readonly do: 'test'; readonly condition: Expression }
  | { readonly do: 'return'; readonly value: Expression | null }
  /** A local variable comes into scope, without a value. */
  | { readonly do: 'declare'; readonly name: string }
  /** Each pass of an iteration macro gives the variables new values. */
  | { readonly do: 'iterate'; readonly macro: string; readonly arguments: readonly Expression[] }
  | { readonly do: 'nothing' };

/** One node of a function's control-flow graph. Node 0 is the entry; a node without successors ends the function. */
export interface FactNode {
  readonly line: number;
  readonly action: Action;
  readonly next: readonly number[];
}

/** A parameter or field with its type, qualifiers and attributes removed: `struct folio *`. */
export interface Variable {
  readonly name: string;
  readonly type: string;
}

/** All that the analysis wants to know about one function or function-like macro. */
export interface FunctionFacts {
  readonly name: string;
  readonly kind: 'function' | 'macro';
  readonly isStatic: boolean;
  /** `__init` or `__meminit`: nobody else runs yet. */
  readonly isInit: boolean;
  readonly line: number;
  readonly endLine: number;
  readonly returns: string;
  readonly parameters: readonly Variable[];
  /** True when the last parameter takes all further arguments (`...`). */
  readonly variadic: boolean;
  /** Local variables; a name that is declared twice keeps the last type. */
  readonly locals: Readonly<Record<string, string>>;
  /** Empty for a function of which only the name matters. */
  readonly nodes: readonly FactNode[];
}

/** A function named in the initialiser of an operation table: `.map_pages = filemap_map_pages`. */
export interface SlotInitialiser {
  readonly struct: string;
  readonly field: string;
  readonly function: string;
  /** A table on a function's stack: only who gets its address calls through it. */
  readonly local: boolean;
}

/** The facts of one source file. They depend on its text alone. */
export interface FileFacts {
  readonly functions: readonly FunctionFacts[];
  /** Field types by struct name. */
  readonly structs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly slots: readonly SlotInitialiser[];
  /** Enumerators and object-like macros with an integer value. */
  readonly constants: Readonly<Record<string, number>>;
  /** Names of typedefs of pointers to functions: callback types. */
  readonly callbackTypes: readonly string[];
}
