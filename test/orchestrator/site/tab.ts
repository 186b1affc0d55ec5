import { z } from 'zod';
import type { Chromium } from './chromium.ts';

const Target = z.looseObject({ targetId: z.string() });
const Session = z.looseObject({ sessionId: z.string() });
const Evaluated = z.looseObject({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z
    .looseObject({ exception: z.looseObject({ description: z.string().optional() }).optional() })
    .optional(),
});
const Request = z.looseObject({ request: z.looseObject({ url: z.string() }) });
const Entry = z.looseObject({
  entry: z.looseObject({ level: z.string(), text: z.string(), url: z.string().optional() }),
});

export interface Look {
  width: number;
  height: number;
  dark: boolean;
}

/** One tab: what it asked for, and what it complained about. */
export class Tab {
  readonly #browser: Chromium;
  readonly #session: string;
  readonly requests: string[] = [];
  readonly complaints: string[] = [];

  private constructor(browser: Chromium, session: string) {
    this.#browser = browser;
    this.#session = session;
    browser.on(({ method, params, sessionId }) => {
      if (sessionId !== session) return;
      if (method === 'Network.requestWillBeSent') this.requests.push(Request.parse(params).request.url);
      if (method === 'Log.entryAdded') {
        const { entry } = Entry.parse(params);
        if (entry.level !== 'verbose' && entry.level !== 'info')
          this.complaints.push(`${entry.text} ${entry.url ?? ''}`);
      }
      if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled')
        this.complaints.push(JSON.stringify(params));
    });
  }

  static async open(browser: Chromium): Promise<Tab> {
    const { targetId } = Target.parse(await browser.send('Target.createTarget', { url: 'about:blank' }));
    const { sessionId } = Session.parse(await browser.send('Target.attachToTarget', { targetId, flatten: true }));
    const tab = new Tab(browser, sessionId);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await tab.send(`${domain}.enable`);
    return tab;
  }

  async send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return await this.#browser.send(method, params, this.#session);
  }

  async look({ width, height, dark }: Look): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
  }

  async scripts(on: boolean): Promise<void> {
    await this.send('Emulation.setScriptExecutionDisabled', { value: !on });
  }

  /** Goes to a page, and comes back when it is loaded. */
  async go(url: string): Promise<void> {
    const before = Number(await this.value('performance.timeOrigin'));
    await this.send('Page.navigate', { url });
    await this.until(`performance.timeOrigin !== ${before} && document.readyState === 'complete'`);
  }

  /** The value of an expression in the page; promises are awaited. */
  async value(expression: string): Promise<unknown> {
    const answer = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = Evaluated.parse(answer);
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  }

  /** Asks again until the expression is true. */
  async until(expression: string): Promise<void> {
    const end = performance.now() + 20_000;
    while ((await this.value(expression).catch(() => false)) !== true)
      if (performance.now() > end) throw new Error(`never true: ${expression}`);
  }

  async key(key: string, code = key, text?: string): Promise<void> {
    const keys: Record<string, number> = { Tab: 9, Enter: 13 };
    const event = { key, code, windowsVirtualKeyCode: keys[key] ?? 0, ...(text === undefined ? {} : { text }) };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Writes into what has the focus, as a keyboard does. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }
}
