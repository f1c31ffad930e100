/** A made package: one file of `bytes` bytes, and the packages that it needs. */
export interface RpmPlan {
  readonly name: string
  readonly version: string
  readonly bytes: number
  readonly requires?: readonly string[]
}

/** A dozen packages; dnf installs `lab-tool` with the three others that it needs. */
export const firstPackages: readonly RpmPlan[] = [
  { name: 'lab-tool', version: '1.0', bytes: 40_000, requires: ['lab-library >= 1.0', 'lab-data'] },
  { name: 'lab-library', version: '1.0', bytes: 150_000, requires: ['lab-common'] },
  { name: 'lab-common', version: '1.0', bytes: 2_000 },
  { name: 'lab-data', version: '2024.1', bytes: 1_000_000 },
  { name: 'lab-doc', version: '1.0', bytes: 80_000 },
  { name: 'lab-fonts', version: '3.2', bytes: 300_000 },
  { name: 'lab-icons', version: '3.2', bytes: 220_000 },
  { name: 'lab-images', version: '3.2', bytes: 600_000 },
  { name: 'lab-empty', version: '0.1', bytes: 0 },
  { name: 'lab-tiny', version: '0.1', bytes: 1 },
  { name: 'lab-odd+name', version: '1.0~rc1', bytes: 5_000 },
  { name: 'lab-retired', version: '0.9', bytes: 30_000 },
]

/** What an update brings; `lab-library` replaces its older version. */
export const laterPackages: readonly RpmPlan[] = [
  { name: 'lab-library', version: '1.1', bytes: 150_000, requires: ['lab-common'] },
  { name: 'lab-plugin', version: '1.0', bytes: 25_000, requires: ['lab-tool'] },
]

/** The package that an update takes away. */
export const retiredPackage = 'lab-retired'
