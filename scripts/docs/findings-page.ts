import { debRules, type Rule, type Severity, treeRules, yumRules } from '@repocast/repositories'

const severities: Readonly<Record<Severity, string>> = {
  error: 'clients would fail: nothing is published',
  warning: 'clients may fail, or less is safe than could be',
  note: 'good to know',
}

/** `docs/findings.md`, whole. */
export function findingsPage(): string {
  const meanings = Object.entries(severities).map(([severity, meaning]) => `- **${severity}**: ${meaning}.\n`)
  return `# Findings

What the check of a tree may find. A code never changes its meaning. Each finding names the file that is wrong or missing.

${meanings.join('')}
This page is made from the rules in \`packages/repositories\` by \`node scripts/docs/findings.ts --write\`; a test keeps both equal.

## All trees

${sections(treeRules)}
## yum and dnf

${sections(yumRules)}
## deb

${sections(debRules)}`
}

function sections(rules: Readonly<Record<string, Rule>>): string {
  return Object.entries(rules)
    .map(([code, rule]) => section(code, rule))
    .join('\n')
}

function section(code: string, { severity, rule, source, hint }: Rule): string {
  return `### \`${code}\`

${rule} A breach is ${severity === 'error' ? 'an' : 'a'} **${severity}**.

- Source: ${source}
- What to do: ${hint}
`
}
