/** The Chrome DevTools protocol, as far as it takes to run something in a thread of a site. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly exceptionDetails?: unknown };
  readonly params?: {
    readonly sessionId?: string;
    readonly workerInfo?: { readonly url: string };
  };
}

/**
 * Evaluates an expression in the thread whose program's name holds `name`, by the inspector that a process has opened at `url`.
 * Resolves when it was sent to the thread.
 */
export async function evaluateInThread(url: string, name: string, expression: string): Promise<void> {
  const socket = new WebSocket(url);
  let id = 0;
  const send = (method: string, params: object): void =>
    socket.send(JSON.stringify({ id: ++id, method, params }));
  try {
    const session = await new Promise<string>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error(`no inspector answers at ${url}`)));
      socket.addEventListener('open', () => send('NodeWorker.enable', { waitForDebuggerOnStart: false }));
      socket.addEventListener('message', ({ data }) => {
        const { method, params } = JSON.parse(String(data)) as Message;
        if (method === 'NodeWorker.attachedToWorker' && params?.workerInfo?.url.includes(name) === true)
          resolve(params.sessionId ?? '');
      });
    });
    const inner = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    await new Promise<void>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        if ((JSON.parse(String(data)) as Message).id === id) resolve();
      });
      send('NodeWorker.sendMessageToWorker', { sessionId: session, message: inner });
    });
  } finally {
    socket.close();
  }
}

/** Evaluates an expression in the main thread of the process whose inspector listens at `url`. Resolves when it is done. */
export async function evaluateInProcess(url: string, expression: string): Promise<void> {
  const socket = new WebSocket(url);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error(`no inspector answers at ${url}`)));
      socket.addEventListener('open', () =>
        socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } })),
      );
      socket.addEventListener('message', ({ data }) => {
        const { id, result } = JSON.parse(String(data)) as Message;
        if (id !== 1) return;
        if (result?.exceptionDetails === undefined) resolve();
        else reject(new Error(`it failed there: ${JSON.stringify(result.exceptionDetails)}`));
      });
    });
  } finally {
    socket.close();
  }
}

/** Where the inspector listens that a process opened on SIGUSR1, as it says on its standard error. */
export function inspectorIn(errors: string): string | undefined {
  return /Debugger listening on (ws:\S+)/.exec(errors)?.[1];
}
