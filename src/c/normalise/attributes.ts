import type { Token } from './lex.js';

/**
 * Macros that expand to attributes, section placements or nothing, and so may
 * stand nearly anywhere in a declaration: every name here is defined so in a
 * header of Linux 6.1 or 6.12 (include/linux/compiler.h, compiler_types.h,
 * compiler_attributes.h, init.h, cache.h, linkage.h, cleanup.h, kprobes.h,
 * btf.h, memblock.h and others), or is the compiler's own word. What is
 * missing is still recognised in front of a declarator, by position (see
 * declarations.ts); a single file's text cannot say more, and facts depend on
 * nothing else.
 */
const attributes = new Set(
  `____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp
  ____dma_from_device_aligned __acquires __alias __aligned __aligned_largest __alloc_size
  __alloc_size__ __always_inline __always_unused __always_used __arg_arena __arg_ctx __arg_nonnull
  __arg_nullable __arg_trusted __assume_aligned __assume_kmalloc_alignment __assume_page_alignment
  __assume_slab_alignment __attribute __attribute__ __attribute_const__ __bitwise __bitwise__
  __bpf_kfunc __bpfcall __bss_decrypted __cacheline_aligned __cacheline_aligned_in_smp
  __cacheline_group_begin_aligned __cacheline_group_end_aligned __cleanup __cold __compiletime_error
  __compiletime_warning __cond_acquires __copy __counted_by __counted_by_be __counted_by_le __cpuidle
  __cpumask_var_read_mostly __declspec __deprecated __designated_init __diagnose_as
  __disable_sanitizer_instrumentation __efiapi __exit __exitdata __exitused __extension__
  __flatten __force __free __function_aligned __gnu_inline __head __hidden __hrtimer_clock_base_align
  __init __init_memblock __init_or_acpilib __init_or_cpufreq __init_or_module __init_task_data
  __init_thread_info __initconst __initconst_or_module __initdata __initdata_memblock
  __initdata_or_acpilib __initdata_or_meminfo __initdata_or_module __inline_maybe_unused __iomem
  __irq_entry __kernel __kprobes __kptr __kptr_untrusted __ksym __latent_entropy __lockfunc
  __long_aligned __lsm_ro_after_init __malloc __maybe_unused __meminit __meminitconst __meminitdata
  __mode __module_layout_align __module_memory_align __must_check __must_hold __naked __net_exit
  __net_init __net_initconst __net_initdata __no_caller_saved_registers __no_kasan_or_inline
  __no_kcsan __no_kmsan_checks __no_profile __no_randomize_layout __no_sanitize_address
  __no_sanitize_coverage __no_sanitize_memory __no_sanitize_or_inline __no_sanitize_thread
  __no_sanitize_undefined __no_stack_protector __nocast __nocfi __noclone __noendbr __noinline __noipa
  __nonstring __noretpoline __noreturn __nosavedata __noscs __notrace_funcgraph __overloadable
  __packed __page_aligned_bss __page_aligned_data __pass_dynamic_object_size __pass_object_size
  __percpu __percpu_seg_override __preserve_most __printf __private __pure __randomize_layout __rcu
  __read_mostly __realloc_size __ref __refconst __refdata __releases __retain __ro_after_init __safe
  __scanf __sched __section __seg_fs __seg_gs __signed_wrap __softirq_entry __tracepoint_string
  __uninitialized __used __user __visible __weak __xipram asmlinkage const_debug noinline
  noinline_for_stack noinstr nokprobe_inline notrace randomized_struct_fields_end
  randomized_struct_fields_start`.split(/\s+/),
);

/** The same, from kernels after 6.12: lock annotations for Clang's context analysis, and new attributes. */
const newerAttributes = new Set(
  `__must_hold_shared __acquires_shared __releases_shared __cond_acquires_shared __guarded_by
  __pt_guarded_by __no_context_analysis __context_unsafe __counted_by_ptr __no_kstack_erase
  __nonstring_array noinline_for_tracing`.split(/\s+/),
);

/** Whether a name is an attribute macro: a known one, or one of the file's own (`local`). */
export function isAttributeName(name: string, local: ReadonlySet<string>): boolean {
  return attributes.has(name) || newerAttributes.has(name) || local.has(name);
}

/** Names that `typeof` goes by; with an expression as argument the grammar does not take any of them. */
export function isTypeof(name: string): boolean {
  return name.includes('typeof') && /^(?:__)?typeof(?:_unqual)?(?:__)?$/.test(name);
}

/**
 * Object-like and function-like macros that the file itself defines to nothing
 * but attributes: these are attributes in the rest of it. A macro defined to
 * nothing at all counts only when its name says so (`__x`), as an empty macro
 * may as well stand for a statement, and only without arguments: with them it
 * is the stub of a function.
 */
export function localAttributes(tokens: readonly Token[], source: string): Set<string> {
  const found = new Set<string>();
  const look = (directive: Token): void => {
    if (directive.text !== 'define' || directive.end - directive.start > 300) return;
    const parts = /^#\s*define\s+(\w+)(\([^)]*\))?(?:\s+|$)(.*)$/s.exec(
      source.slice(directive.start, directive.end),
    );
    if (!parts) return;
    const body = parts[3]!.replace(/\/\*.*?\*\/|\/\/.*|\\\r?\n/gs, ' ').trim();
    if (body === '' ? !parts[2] && /^__[a-z]/.test(parts[1]!) : isAttributeText(body)) found.add(parts[1]!);
  };
  for (const token of tokens) token.directives?.forEach(look);
  return found;
}

function isAttributeText(text: string): boolean {
  const rest = text.replace(/__attribute(?:__)?\s*\(\(.*?\)\)/gs, ' ').trim();
  if (rest === '') return true;
  return rest.split(/\s+/).every((word) => attributes.has(word.replace(/\(.*/s, '')) || word === 'inline');
}
