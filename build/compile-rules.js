// The shipped rules, read and checked once: the command need not parse YAML for them.
import { writeCompiledRules } from '../dist/rules/compiled.js';
import { loadRuleBook } from '../dist/rules/load.js';
import { SHIPPED_RULES } from '../dist/rules/shipped.js';

writeCompiledRules(loadRuleBook([SHIPPED_RULES]));
