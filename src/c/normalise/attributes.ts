import type { Token } from './lex.js';

/**
 * Macros that expand to attributes, section placements or nothing, and so may
 * stand nearly anywhere in a declaration. Source: include/linux/{compiler,
 * compiler_types,compiler_attributes,init,cache,linkage,cleanup,kprobes,btf,
 * instrumentation}.h, include/linux/sched/debug.h, include/net/net_namespace.h
 * and security/selinux of Linux 6.1 to 6.18. What is missing here is still
 * recognised in front of a declarator, by position (see declarations.ts); a
 * single file's text cannot say more, and facts depend on nothing else.
 */
const attributes = new Set(
  `__init __exit __initdata __initconst __exitdata __init_or_module __initdata_or_module __initconst_or_module
  __meminit __meminitdata __meminitconst __memexit __memexitdata __cpuinit __devinit __net_init __net_exit
  __net_initdata __initdata_memblock __init_memblock __ref __refdata __refconst __ro_after_init __read_mostly
  __init_rodata __initdata_or_meminfo __init_task_data __head __cpuidle __entry_text __irq_entry __softirq_entry
  __user __kernel __iomem __percpu __rcu __force __nocast __safe __private __bitwise __bitwise__
  __must_check __must_hold __acquires __releases __acquires_ret __cond_acquires __cond_releases __acquires_shared
  __must_hold_shared __releases_shared __guarded_by __pt_guarded_by __no_context_analysis __context_unsafe
  __cond_acquires_shared __releases_generic __assumes_ctx_lock
  __always_inline __no_inline __noinline __gnu_inline __inline __inline__ __flatten __noclone __no_caller_saved_registers
  noinline noinline_for_stack noinline_for_tracing noinline_if_stackdepot nokprobe_inline notrace noinstr asmlinkage
  __kprobes __lockfunc __sched __visible __used __maybe_unused __always_unused __unused __deprecated __weak __alias
  __attribute_const__ __pure __const __cold __hot __malloc __noreturn __naked __mode __packed __aligned
  __assume_aligned __alloc_size __realloc_size __alloc_size__ __counted_by __counted_by_le __counted_by_be
  __counted_by_ptr __sized_by __element_count __section __printf __scanf __format_arg __copy __designated_init __externally_visible
  __fallthrough __nonstring __nonstring_array __no_randomize_layout __randomize_layout __latent_entropy __optimize
  __no_sanitize_address __no_kasan_or_inline __no_kcsan __no_sanitize_or_inline __no_sanitize_memory
  __no_sanitize_undefined __no_sanitize_thread __no_sanitize_coverage __no_kcsan_or_inline __no_kmsan_checks
  __no_kmsan_or_inline __no_kstack_erase __no_stack_protector __no_profile __nocfi __noendbr __noscs __nopatch
  __disable_sanitizer_instrumentation __diagnose_as __overloadable __pass_object_size __pass_dynamic_object_size
  __compiletime_error __compiletime_warning __warning __error __error__ __compiletime_object_size __cleanup __free __assume_ctx_lock
  __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
  ____cacheline_internodealigned_in_smp ____cacheline_aligned_largest __page_aligned_data __page_aligned_bss __page_aligned_rodata
  __cacheline_group_begin_aligned __cacheline_group_end_aligned
  __bss_decrypted __percpu_user __vmalloc_size __designated __no_instrument_function __has_side_effects
  __bpf_kfunc __bpf_hook __visible_for_testing __counted_by_le __syscall_align __attribute __attribute__ __declspec
  __efi_init __efistub_global __init_efi __stack_depot_init __ksym __weak__ __percpu_seg_override __extension__
  __no_ksym __vfs_only __sum_type __printf_like __noipa __hugetlb_valid __refcount __refs __private_field
  randomized_struct_fields_start randomized_struct_fields_end __no_kstack __no_kaslr __no_mcount __signed_wrap
  __cil_public __ubsan_ignore __flag_enum __closed_enum __retain __must_be_const __thread_safe __nonnull
  __returns_nonnull __zalloc_size __sysv_abi __efiapi __fs_params __trusted __contig __addrspace __type_tag
  __user_type_tag __btf_type_tag __btf_decl_tag __nosave __nosavedata __maybe_unused_if __cpu_local __no_fgcse
  __gcc_noinline __mips16e2 __nomips16 __no_return __no_inline_for_stack __initcall_type __exitcall
  __no_sanitize __no_sanitize_hwaddress`.split(/\s+/),
);

/** Words that the kernel defines to `inline` or to nothing, with `__attribute__` forms the grammar does not take everywhere. */
export function isAttributeName(name: string, local: ReadonlySet<string>): boolean {
  return attributes.has(name) || local.has(name);
}

/** Names that `typeof` goes by; with an expression as argument the grammar does not take any of them. */
export function isTypeof(name: string): boolean {
  return /^(?:__)?typeof(?:_unqual)?(?:__)?$/.test(name);
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
