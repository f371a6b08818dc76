import { expect } from 'chai';
import { routeTable } from '../../../src/http/api/route-table.js';
import { findBrowser, visitPage } from '../../support/browser.js';
import { forEachDatabase } from '../../support/databases.js';
import type { Muster } from '../../support/muster.js';

const browser = findBrowser();
const shown = "document.querySelector('.opblock') && document.querySelectorAll('.opblock').length";

describe('the page that shows the companion API', () => {
  forEachDatabase((database) => {
    let muster: Muster;
    before(async () => {
      muster = await database.startMuster();
    });

    it('is there without a token, under a policy that lets nothing stand inline and nothing come from elsewhere', async () => {
      const answer = await muster.request('GET', `${muster.url}/api/docs`);
      expect(answer.status).to.equal(200);
      expect(answer.headers['content-type']).to.match(/^text\/html/);
      const policy = answer.headers['content-security-policy'] ?? '';
      expect(policy)
        .to.contain("default-src 'none'")
        .and.contain("script-src 'self'")
        .and.contain("frame-ancestors 'none'");
      expect(policy).not.to.match(/unsafe|https?:|\*/);
      expect(answer.text).not.to.match(/<script(?![^>]* src=)|<style|\son\w+=|style=|https?:/);
    });

    it('finds each of its parts beside it, and nothing else of the package', async () => {
      const { text } = await muster.request('GET', `${muster.url}/api/docs`);
      const parts = [...text.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map(([, part = '']) => part);
      expect(parts).to.have.length(4);
      for (const part of parts) {
        const answer = await muster.request('GET', `${muster.url}/api/${part}`);
        expect(answer.status, part).to.equal(200);
        expect(answer.headers, part).to.include({ 'x-content-type-options': 'nosniff' });
        expect(answer.headers['content-type'], part).to.match(
          /^(text\/(css|javascript)|application\/javascript|image\/png)/,
        );
      }
      for (const part of [
        'package.json',
        'index.html',
        'swagger-initializer.js',
        '..%2fpackage.json',
        '%2e%2e/package.json',
      ]) {
        expect((await muster.request('GET', `${muster.url}/api/docs/${part}`)).status, part).to.equal(404);
      }
    });

    it('refuses another version of a part, and a piece that it does not have: 412 and 416 (RFC 9110 §13.1.1, §14.2)', async () => {
      const asked: readonly (readonly [status: number, headers: Readonly<Record<string, string>>])[] = [
        [412, { 'If-Match': '"another"' }],
        [412, { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
        [416, { Range: 'bytes=999999999-' }],
      ];
      for (const [status, headers] of asked) {
        const answer = await muster.request('GET', `${muster.url}/api/docs/swagger-ui.css`, { headers });
        expect(answer.status, answer.text).to.equal(status);
        expect(answer.headers['content-type']).to.equal('application/problem+json');
      }
    });

    it('is one page, with a slash at its end or without', async () => {
      const answer = await muster.request('GET', `${muster.url}/api/docs/`);
      expect([answer.status, answer.headers['location']]).to.deep.equal([308, '../docs']);
    });

    const opened = 'shows every route in a browser, which asks no other host and is kept from nothing';
    // Chromium is found by CHROME_PATH or on the PATH.
    (browser === undefined ? it.skip : it)(opened, async function test() {
      this.timeout(60_000);
      const visit = await visitPage(browser ?? '', `${muster.url}/api/docs`, shown);
      expect(visit.result).to.equal(routeTable.length);
      expect(visit.complaints).to.deep.equal([]);
      const elsewhere = visit.requests.filter((url) => !url.startsWith(`${muster.url}/`) && !url.startsWith('data:'));
      expect(elsewhere).to.deep.equal([]);
      expect(visit.requests).to.include(`${muster.apiUrl}/openapi.json`);
    });
  });
});
