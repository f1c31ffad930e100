import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // the real tests wait more than they compute
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: [
            'packages/*/src/**/*.{test,property.test}.ts',
            'test/{project,simulation}/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/{e2e,interop,faults,life,web}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
