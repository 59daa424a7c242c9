import { randomUUID } from 'node:crypto';
import type { Disturber } from '../disturber.ts';
import type { Message } from '../message.ts';
import type { IotCoreOptions } from '../options.ts';
import { basicIngestOf, filterProblem, matches } from '../topic-match.ts';
import { type ActionTargets, failureOf, performAction } from './actions.ts';
import { RuleSqlError } from './errors.ts';
import { evaluate, type Result } from './evaluate.ts';
import type { RuleContext } from './functions.ts';
import { parseStatement } from './parser.ts';
import type { RuleAction, TopicRule } from './rule.ts';
import type { Statement } from './statement.ts';

interface ReadyRule extends TopicRule {
  readonly statement: Statement;
}

export interface RuleEngineOptions extends ActionTargets {
  accountId: string;
  disturber: Disturber;
  observe: NonNullable<IotCoreOptions['observe']>;
}

/** Runs the rules that a message reaches, and their actions. */
export class RuleEngine {
  readonly #options: RuleEngineOptions;
  readonly #rules = new Map<string, ReadyRule>();

  constructor(options: RuleEngineOptions) {
    this.#options = options;
  }

  put(rule: TopicRule): void {
    const statement = parseStatement(rule.sql);
    const problem = statement.from === undefined ? undefined : filterProblem(statement.from);
    if (problem !== undefined) throw new RuleSqlError(rule.sql, `FROM '${statement.from}': ${problem}`);
    this.#rules.set(rule.ruleName, { ...rule, statement });
  }

  /**
   * Every rule whose FROM matches; `undisturbed` if the message has been disturbed already. All actions have
   * begun when it returns; the promise tells when their targets are ready for more.
   */
  async run(message: Message, undisturbed = false): Promise<void> {
    const fired: Promise<void>[] = [];
    for (const rule of this.#rules.values()) {
      const { from } = rule.statement;
      if (from === undefined || !matches(from, message.topic)) continue;
      fired.push(this.#fire(rule, message, message.topic, undisturbed));
    }
    await Promise.all(fired);
  }

  /** `$aws/rules/<rule name>/…`: that rule alone, whatever its FROM says. Undefined if there is none. */
  runBasicIngest(message: Message): Promise<void> | undefined {
    const target = basicIngestOf(message.topic);
    const rule = target && this.#rules.get(target.ruleName);
    if (target === undefined || rule === undefined) return undefined;
    return this.#fire(rule, message, target.topic, false);
  }

  /** Evaluates once, however often the actions are then done: a function gets the very same event twice. */
  async #fire(rule: ReadyRule, message: Message, topic: string, undisturbed: boolean): Promise<void> {
    const context = { message, topic, traceId: randomUUID(), accountId: this.#options.accountId };
    const evaluation = evaluate(rule.statement, context);
    if (evaluation.outcome === 'noMatch') return;
    // An error action is for actions that fail: AWS IoT Core guide, "Error handling (error action)".
    if (evaluation.outcome === 'failed') {
      const { reason } = evaluation;
      this.#options.observe({ kind: 'ruleFailed', ruleName: rule.ruleName, topic, reason });
      return;
    }
    this.#options.observe({ kind: 'ruleFired', ruleName: rule.ruleName, topic });
    const perform = async () => {
      await Promise.all(rule.actions.map((action) => this.#perform(rule, action, evaluation, context)));
    };
    await (undisturbed ? perform() : this.#options.disturber.run(perform));
  }

  async #perform(rule: ReadyRule, action: RuleAction, result: Result, context: RuleContext): Promise<void> {
    try {
      await performAction(action, result, this.#options);
    } catch (error) {
      await this.#performErrorAction(rule, action, error, context);
    }
  }

  async #performErrorAction(
    rule: ReadyRule,
    action: RuleAction,
    error: unknown,
    context: RuleContext,
  ): Promise<void> {
    const { ruleName, errorAction } = rule;
    const { message, topic, traceId } = context;
    const failure = failureOf(action, error);
    this.#options.observe({ kind: 'ruleFailed', ruleName, topic, reason: failure.errorMessage });
    if (errorAction === undefined) return;
    const value = {
      ruleName,
      topic,
      cloudwatchTraceId: traceId,
      clientId: message.publisher?.clientId ?? 'n/a',
      base64OriginalPayload: message.payload.toString('base64'),
      failures: [failure],
    };
    try {
      await performAction(errorAction, { outcome: 'value', value }, this.#options);
    } catch (lost) {
      const { errorMessage } = failureOf(errorAction, lost);
      this.#options.observe({ kind: 'ruleFailed', ruleName, topic, reason: `error action: ${errorMessage}` });
    }
  }
}
