import { describe, expect, it } from 'vitest';
import { action } from '#widget/action';
import { html } from '#widget/html';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:widget';

describe('a template', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onmouseover="alert(1)', '&quot; onmouseover=&quot;alert(1)'],
    [`'&\``, '&#39;&amp;&#96;'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a\nb\u0000', 'a\\u000ab\\u0000'],
    ['right-to-left \u202e', 'right-to-left \\u202e'],
    ['line \u2028', 'line \\u2028'],
    ['half \ud800 pair', 'half \\ud800 pair'],
    ['vehicle/7 ü 車', 'vehicle/7 ü 車'],
  ])('shows %j as it is', (text, shown) => {
    expect(html`<td>${text}</td>`.toString()).toBe(`<td>${shown}</td>`);
  });

  it('takes what another one has made as it is, also in lists', () => {
    const rows = ['<a>', 'b'].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${rows}</ul>${7}`.toString()).toBe('<ul><li>&lt;a&gt;</li><li>b</li></ul>7');
  });
});

describe('an action', () => {
  it.each(['vehicle-7', '</cwdb-action><script>', `"'&lt;`, '\u202e\u0000\n', 'ü 車 😀', '\\u003c'])(
    'hands on the client identifier %j, and holds no markup',
    (clientId) => {
      const text = action(ARN, { lookUp: 'link', clientId }).toString();
      const [, json] = /^<cwdb-action [^>]*>([^<>&]*)<\/cwdb-action>$/.exec(text) ?? [];
      expect(JSON.parse(json ?? '')).toEqual({ lookUp: 'link', clientId });
    },
  );

  it('names the function that is to be called', () => {
    expect(action(ARN, { lookUp: 'form' }).toString()).toContain(`endpoint="${ARN}"`);
  });
});
