import type { Advice } from '#advice/advice';
import { action, clientLink } from './action.ts';
import { type Html, html, NOTHING } from './html.ts';

/** The form with which each page begins. */
export function lookUpForm(functionArn: string, clientId = ''): Html {
  return html`<form><label>Client identifier <input name="clientId" value="${clientId}" size="40"></label></form>
<a class="btn btn-primary">Look up</a>${action(functionArn, { lookUp: 'form' })}
<a class="btn">Fleet</a>${action(functionArn, { lookUp: 'link' })}`;
}

/** A table of names and values. */
export function facts(rows: readonly (readonly [name: string, value: Html | string | number])[]): Html {
  return html`<table>${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`;
}

/** A table with a head, under a title; a sentence instead when it has no rows. */
export function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (Html | string | number)[])[],
  otherwise: string,
): Html {
  if (rows.length === 0) return html`<h4>${title}</h4><p>${otherwise}</p>`;
  return html`<h4>${title}</h4><table><tr>${head.map((name) => html`<th>${name}</th>`)}</tr>${rows.map(
    (row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`,
  )}</table>`;
}

/** Advice with the evidence in its sentence and the change that would mend it. */
export function adviceList(advice: readonly Advice[], functionArn: string, isOfOneClient: boolean): Html {
  const item = ({ severity, summary, change, clientId }: Advice) => {
    const link = isOfOneClient || clientId === undefined ? NOTHING : clientLink(functionArn, clientId);
    const policy = change.policy === undefined ? NOTHING : html`<pre>${change.policy}</pre>`;
    return html`<li><b>${severity}</b>: ${summary} ${change.text} ${link}${policy}</li>`;
  };
  return html`<h4>Advice</h4>${advice.length === 0 ? html`<p>None.</p>` : html`<ul>${advice.map(item)}</ul>`}`;
}
