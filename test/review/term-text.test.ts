import { describe, expect, it } from 'vitest';
import { ANY_SIGN, NEGATIVE, POSITIVE, ZERO_SIGN } from '../../src/analysis/state.js';
import { field, flagTest, named, operation, parameter, subpage } from '../../src/analysis/term.js';
import { conditionText, termText } from '../../src/review/term-text.js';

const names = ['folio', 'vmf', 'foliop'];
const [folio, vmf, foliop] = [parameter(0), parameter(1), parameter(2)];
const sign = (value: number) => ({ sign: value, equals: null, differs: [] });
const NONZERO = POSITIVE | NEGATIVE;

describe('values and conditions, as code has them', () => {
  it('name parameters, and what these point to', () => {
    expect(termText(field(field(vmf, 'vma'), 'vm_flags'), names)).toBe('vmf->vma->vm_flags');
    expect(termText(field(foliop, ''), names)).toBe('*foliop');
    expect(termText(field(field(vmf, 'pte'), ''), names)).toBe('*vmf->pte');
  });

  it('say what is tested', () => {
    const write = operation('&', field(vmf, 'flags'), named('FAULT_FLAG_WRITE'));
    expect(conditionText([write, sign(NONZERO)], names)).toBe('vmf->flags & FAULT_FLAG_WRITE');
    expect(conditionText([write, sign(ZERO_SIGN)], names)).toBe('!(vmf->flags & FAULT_FLAG_WRITE)');
    expect(conditionText([field(foliop, ''), sign(ZERO_SIGN)], names)).toBe('!(*foliop)');
    expect(conditionText([flagTest(folio, 'lru'), sign(NONZERO)], names)).toBe('lru of folio set');
  });

  it('leave out what tells a reader nothing', () => {
    expect(conditionText([subpage(folio, null), sign(POSITIVE)], names)).toBeNull();
    expect(conditionText([field(vmf, 'pte'), sign(ANY_SIGN)], names)).toBeNull();
  });
});
