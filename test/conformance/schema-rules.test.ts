import { expect } from 'chai';
import { ConfigError, readConfig } from '../../src/config.js';
import { resourceTypes } from '../../src/schema/resource-type.js';
import * as documents from '../../src/schema/schema-documents.js';

describe('the schemas and the base URI', () => {
  it('extend what the specification defines without defining it anew (RFC 7643 §3.3)', () => {
    for (const { core, common, extensions } of resourceTypes) {
      const standard = [...core.attributes.keys(), ...common.keys()];
      for (const { id, attributes } of extensions)
        expect([...attributes.keys()], id).not.to.include.any.members(standard);
    }
  });

  it('describe resources, and no message of the protocol (RFC 7644 §3.1)', () => {
    // Okta's are of its own name space, and as little messages.
    for (const { id } of Object.values(documents)) expect(id).to.match(/^urn:(ietf:params:scim|okta:scim):schemas:/);
  });

  it('name their endpoints by the plural of the resource (RFC 7644 §3.2)', () => {
    for (const { name, endpoint } of resourceTypes) expect(endpoint).to.equal(`/${name}s`);
  });

  it('begin at a base URI without a query (RFC 7644 §1.3)', () => {
    const publicUrl = (text: string) => readConfig({ PUBLIC_URL: text }).publicUrl;
    expect(publicUrl('https://muster.example/')).to.equal('https://muster.example');
    for (const wrong of ['https://muster.example?a=b', 'https://muster.example#a', 'muster.example', 'ftp://x']) {
      expect(() => publicUrl(wrong), wrong).to.throw(ConfigError, /^PUBLIC_URL/);
    }
  });
});
