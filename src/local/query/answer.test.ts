// The XML of answers and errors.
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../service.js';
import { queryAnswer, queryError } from './answer.js';

const service = { namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' };

describe('an answer', () => {
  it('holds lists, structures, maps and texts', () => {
    const { body, headers, status } = queryAnswer(
      'GetRole',
      service,
      {
        Role: { Path: '/', RoleName: 'a<b>&"c"', Tags: [{ Key: 'k', Value: '' }], Boundary: undefined },
        Names: ['x', 'y'],
        None: [],
        IsTruncated: false,
        Map: new Map([['Users', 3]]),
      },
      'id',
    );
    expect({ status, headers }).toEqual({ status: 200, headers: { 'content-type': 'text/xml' } });
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult>' +
        '<Role><Path>/</Path><RoleName>a&lt;b&gt;&amp;&quot;c&quot;</RoleName><Tags><member><Key>k</Key><Value/></member></Tags></Role>' +
        '<Names><member>x</member><member>y</member></Names><None/><IsTruncated>false</IsTruncated>' +
        '<Map><entry><key>Users</key><value>3</value></entry></Map>' +
        '</GetRoleResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetRoleResponse>\n',
    );
  });

  it('without a result has an empty one', () => {
    expect(queryAnswer('TagRole', service, {}, 'id').body).toContain('<TagRoleResult/><ResponseMetadata>');
  });

  it('keeps line ends, and gives up on what XML cannot hold', () => {
    expect(queryAnswer('A', service, { Text: 'a\r\nb\u0000\ud800' }, 'id').body).toContain(
      '<Text>a&#13;\nb\ufffd\ufffd</Text>',
    );
  });
});

describe('an error', () => {
  it('is the sender’s or ours', () => {
    const found = queryError(new ServiceError('NoSuchEntity', 'no <role>', 404), service, 'id');
    expect(found.status).toBe(404);
    expect(found.body).toContain(
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;role&gt;</Message></Error><RequestId>id</RequestId></ErrorResponse>',
    );
    expect(queryError(new ServiceError('InternalFailure', '', 500), service, 'id').body).toContain(
      '<Type>Receiver</Type>',
    );
  });
});
