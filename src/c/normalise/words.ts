const storage = new Set(
  'static extern inline __inline __inline__ register auto typedef _Thread_local thread_local __thread'.split(
    ' ',
  ),
);
const qualifiers = new Set(
  'const volatile restrict __restrict __restrict__ _Atomic _Noreturn __const __volatile__'.split(' '),
);
const primitives = new Set(
  `void char short int long float double signed unsigned bool _Bool size_t ssize_t ptrdiff_t intptr_t uintptr_t
  int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t __signed__ _Complex __int128`.split(
    /\s+/,
  ),
);
const records = new Set(['struct', 'union', 'enum']);
const control = new Set(
  'if else for while do switch case default return goto break continue asm asm_inline __asm__ __asm sizeof _Generic'.split(
    ' ',
  ),
);

const assembler = new Set(['asm', 'asm_inline', '__asm__', '__asm']);

export const isStorage = (word: string): boolean => storage.has(word);
export const isQualifier = (word: string): boolean => qualifiers.has(word);
/** Words that are a type by themselves; the grammar takes none of them as an expression. */
export const isPrimitive = (word: string): boolean => primitives.has(word);
export const isRecord = (word: string): boolean => records.has(word);
/** Words that begin assembler; the kernel defines `asm_inline`. */
export const isAsm = (word: string): boolean => assembler.has(word);
/** Words that begin a statement or an operator, never a declaration. */
export const isControl = (word: string): boolean => control.has(word);
/** Words that only a declaration or a type can begin with. */
export const beginsType = (word: string): boolean =>
  storage.has(word) || qualifiers.has(word) || primitives.has(word) || records.has(word);
