import { KEYS, SECRET_KEYS } from './config';
import { problemsOf, secretsOf } from './inspection';

describe('problemsOf', () => {
  it('names every setting that is wrong, and no value', () => {
    const problems = problemsOf({
      PORT: 'many',
      JWT_SECRET: 'too-short',
      LOG_LEVEL: 'loud',
      HOST: '0.0.0.0',
    });
    expect(problems.map((problem) => /: (\w+) must/.exec(problem)?.[1])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'JWT_SECRET',
    ]);
    expect(problems.join()).not.toMatch(/many|too-short|loud/);
  });

  it('speaks of combinations once each setting is right', () => {
    expect(problemsOf({ MODE: 'server' })).toEqual([expect.stringContaining('DATABASE_URL must be set')]);
    expect(problemsOf({})).toEqual([]);
  });
});

describe('secretsOf', () => {
  it('has whole values, and passwords of addresses as they stand and decoded', () => {
    expect(
      secretsOf({
        DATABASE_URL: 'postgres://fiko:p%40ssword@db:5432/fiko',
        REDIS_URL: 'redis://:hunter22@redis:6379',
        JWT_SECRET: 'j'.repeat(32),
        PORT: '3000',
      }),
    ).toEqual([
      'postgres://fiko:p%40ssword@db:5432/fiko',
      'j'.repeat(32),
      'redis://:hunter22@redis:6379',
      'p%40ssword',
      'p@ssword',
      'hunter22',
    ]);
  });

  it('leaves an address without a password as it is', () => {
    expect(secretsOf({ REDIS_URL: 'redis://127.0.0.1:6379', DATABASE_URL: 'postgres://db/fiko' })).toEqual(
      [],
    );
  });

  it('knows every setting whose name sounds like one', () => {
    const sounding = Object.keys(KEYS).filter((name) => /SECRET|PASSWORD$|_KEY$|_TOKEN$/.test(name));
    expect(sounding.filter((name) => !(SECRET_KEYS as readonly string[]).includes(name))).toEqual([]);
  });
});
