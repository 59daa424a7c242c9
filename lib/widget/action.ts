import { Html, html } from './html.ts';

/** Outside ASCII letters and digits hardly anything is taken as it is, so that no form of the text ends the element. */
const UNSAFE_IN_JSON = /[<>&'`\u007f-\uffff]/g;

function jsonInHtml(value: object): Html {
  const json = JSON.stringify(value);
  return new Html(
    json.replace(UNSAFE_IN_JSON, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** What an action asks this function for; the fields of the form come along with it. */
export interface ActionParameters {
  /** `form`: the client identifier in the form is meant; `link`: the one that is given here, none: the fleet. */
  readonly lookUp: 'form' | 'link';
  readonly clientId?: string;
}

/**
 * Lets CloudWatch call the function when the element before it is clicked, and put its answer in place of what is
 * shown.
 *
 * @param functionArn of the function itself, as it was invoked
 */
export function action(functionArn: string, parameters: ActionParameters): Html {
  return html`<cwdb-action action="call" display="widget" endpoint="${functionArn}">${jsonInHtml(parameters)}</cwdb-action>`;
}

/** A client identifier that shows its session when it is clicked. */
export function clientLink(functionArn: string, clientId: string): Html {
  return html`<a>${clientId}</a>${action(functionArn, { lookUp: 'link', clientId })}`;
}
