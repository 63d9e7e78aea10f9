import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Imports go one way: contract ← integrations → web-knowledge → knowledge, and what serves all of them knows none.
 * Each folder is listed with those that it must not reach for.
 */
const TOP = ['admin', 'dashboard', 'operations', 'bootstrap', 'demo', 'doctor'];
const DOMAINS = ['audit', 'accounts', 'integrations', 'web-knowledge', 'knowledge', ...TOP];
const FORBIDDEN = {
  contract: [...DOMAINS, 'jobs', 'database', 'http', 'limits'],
  config: [...DOMAINS, 'jobs', 'database', 'http', 'limits', 'validation', 'contract'],
  i18n: [...DOMAINS, 'jobs', 'database', 'http', 'limits', 'validation', 'contract', 'config'],
  validation: [...DOMAINS, 'jobs', 'database', 'http', 'limits', 'contract'],
  http: [...DOMAINS, 'jobs', 'database', 'limits'],
  logging: [...DOMAINS, 'jobs', 'database', 'http', 'limits'],
  telemetry: [...DOMAINS, 'jobs', 'database', 'http', 'limits', 'contract', 'logging'],
  limits: [...DOMAINS, 'jobs', 'database', 'http', 'contract'],
  jobs: [...DOMAINS, 'database', 'http', 'limits'],
  database: [...DOMAINS, 'limits'],
  // The log of who did what: whatever acts for somebody writes to it, and it knows none of them.
  audit: ['accounts', 'integrations', 'web-knowledge', 'knowledge', 'jobs', ...TOP],
  knowledge: ['audit', 'accounts', 'integrations', 'web-knowledge', ...TOP],
  'web-knowledge': ['integrations', ...TOP],
  accounts: ['integrations', 'web-knowledge', 'knowledge', ...TOP],
  integrations: TOP,
  dashboard: ['admin', 'operations', 'bootstrap', 'demo', 'doctor'],
  operations: ['admin', 'dashboard', 'bootstrap', 'demo', 'doctor'],
  admin: ['bootstrap', 'demo', 'doctor'],
  bootstrap: ['demo', 'doctor'],
  doctor: ['demo'],
};
const directions = Object.entries(FORBIDDEN).map(([folder, forbidden]) => ({
  files: [`src/${folder}/**/*.ts`],
  // The data source lists the entities of all domains.
  ignores: ['src/database/data-source.ts', '**/*.spec.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: forbidden.map((name) => ({
          group: [`../${name}/**`, `../../${name}/**`, `../../../${name}/**`],
          message: `${folder} must not import ${name}: imports go one way.`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'plugin/dist/', 'admin/api/schema.ts', 'data/', 'coverage/', 'node_modules/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Decorated constructors and parameters need their classes at run time.
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment.' },
      ],
    },
  },
  ...directions,
  {
    files: ['src/config/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
      },
    },
  },
);
