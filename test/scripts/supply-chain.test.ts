import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { judgeAudit } from '../../scripts/audit.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly name: string;
    readonly group?: string;
    readonly version: string;
    readonly hashes?: readonly unknown[];
  }[];
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('npm run audit', () => {
  const found = (severity: string, count: number) => ({
    metadata: { vulnerabilities: { low: 1, moderate: 2, high: 0, critical: 0, [severity]: count } },
    vulnerabilities: { some: { name: 'some', severity, range: '<1.2.3' } },
  });

  for (const [what, text, verdict] of [
    ['is content when nothing is known', { metadata: { vulnerabilities: {} }, vulnerabilities: {} }, 'clean'],
    ['is content with what is moderate', found('moderate', 3), 'clean'],
    ['is not content with what is high', found('high', 1), 'grave'],
    ['is not content with what is critical', found('critical', 1), 'grave'],
    ['does not take an error of the registry for health', { message: '405 Method Not Allowed' }, 'unknown'],
    ['does not take an empty answer for health', {}, 'unknown'],
  ] as const) {
    it(what, () => {
      expect(judgeAudit(JSON.stringify(text)).verdict).to.equal(verdict);
    });
  }

  it('does not take silence for health, and names what is grave', () => {
    expect(judgeAudit('')).to.have.property('verdict', 'unknown');
    expect(judgeAudit(JSON.stringify(found('high', 1))).lines).to.include('high: some <1.2.3');
  });
});

describe('npm run sbom', function () {
  this.timeout(60_000);

  it('names every package that the service needs, with version and checksum, and none that only its tests need', () => {
    const { status, stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' });
    expect(status).to.equal(0);
    // npm writes the one, the form of CycloneDX the other.
    const bom = JSON.parse(stdout) as Bom;
    // The project's own file.
    const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
    expect(bom.bomFormat).to.equal('CycloneDX');
    const names = bom.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect(names).to.include.members(Object.keys(manifest.dependencies));
    for (const name of Object.keys(manifest.devDependencies).filter((each) => !each.startsWith('@types/'))) {
      expect(names, name).not.to.include(name);
    }
    expect(stdout).not.to.match(/registry|_authToken/);
    for (const { name, version, hashes } of bom.components) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+/);
      expect(hashes, name).to.have.property('length').that.is.above(0);
    }
  });
});
