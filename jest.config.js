const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

// Jest runs CommonJS; packages that ship only ES modules are compiled like our own code.
const modules = join(__dirname, 'node_modules');
const packages = readdirSync(modules)
  .filter((name) => !name.startsWith('.'))
  .flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((scoped) => `${name}/${scoped}`) : [name],
  );
const esmOnly = packages.filter((name) => {
  const manifest = join(modules, name, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
});

const swc = (typescript) => [
  '@swc/jest',
  {
    jsc: {
      parser: typescript ? { syntax: 'typescript', decorators: true } : { syntax: 'ecmascript' },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: typescript,
        useDefineForClassFields: !typescript,
      },
      target: 'es2022',
      keepClassNames: true,
    },
    module: { type: 'commonjs', ignoreDynamic: true },
    sourceMaps: 'inline',
  },
];

module.exports = {
  testEnvironment: 'node',
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/plugin', '<rootDir>/admin'],
  testRegex: '\\.(spec|api-spec)\\.ts$',
  moduleFileExtensions: ['js', 'mjs', 'json', 'ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 90_000,
  maxWorkers: 2,
  transform: { '^.+\\.ts$': swc(true), '^.+\\.m?js$': swc(false) },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
