import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const named = [...page.matchAll(/`(test\/[\w/.-]+\.test\.ts)`: "([^"]+)"/g)].map(([, file = '', title = '']) => ({
  file,
  title,
}));

function isThere(file: string, title: string): boolean {
  const url = new URL(`../../${file}`, import.meta.url);
  return existsSync(url) && readFileSync(url, 'utf8').includes(title);
}

describe('the threat model', () => {
  it('names a test for every threat and every incident', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!Threat|Incident|-)/.test(line));
    expect(rows.length).to.be.greaterThan(25);
    expect(named).to.have.length(rows.length);
  });

  it('names tests that are there', () => {
    expect(named.filter(({ file, title }) => !isThere(file, title))).to.deep.equal([]);
  });

  it('would see that one is gone', () => {
    expect(isThere('test/security/incidents.test.ts', 'a test that nobody has written')).to.equal(false);
    expect(isThere('test/security/nothing.test.ts', 'a test')).to.equal(false);
  });
});
