const base = require('../../jest.config.js');
const { join } = require('node:path');

/** Tests of the admin panel in a browser; they need Chromium, and nothing of them is part of the other tests. */
module.exports = {
  ...base,
  rootDir: join(__dirname, '..', '..'),
  roots: ['<rootDir>/test/panel'],
  testRegex: '\\.panel-spec\\.ts$',
  testTimeout: 120_000,
  maxWorkers: 2,
};
