import { createServer } from "node:net";

/** What listens, where, and which variable moves it. */
const PORTS = {
  api: { setting: "SALLYPORT_PORT", usual: 3000, what: "the API" },
  identity: { setting: "SALLYPORT_IDP_PORT", usual: 8477, what: "the identity provider" },
  database: { setting: "SALLYPORT_DB_PORT", usual: 8478, what: "the database" },
  lambda: { setting: "SALLYPORT_LAMBDA_PORT", usual: 8479, what: "serverless-offline's Lambda endpoint" },
} as const;

/** The ports of the twin, all on 127.0.0.1. */
export type Ports = Readonly<Record<keyof typeof PORTS, number>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the ports from the environment.
 * @throws Error naming the variable that is not a port
 */
export function readPorts(environment: Environment): Ports {
  const read = (name: keyof typeof PORTS): number => {
    const { setting, usual, what } = PORTS[name];
    const text = environment[setting] ?? "";
    const port = text === "" ? usual : Number(text);
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
    throw new Error(`${setting}, the port of ${what}, must be a number from 1 to 65535.`);
  };
  const ports: Ports = { api: read("api"), identity: read("identity"), database: read("database"), lambda: read("lambda") };
  if (new Set(Object.values(ports)).size === Object.keys(PORTS).length) return ports;
  throw new Error(
    `Each of ${Object.values(PORTS)
      .map(({ setting }) => setting)
      .join(", ")} needs a port of its own.`,
  );
}

/** How the ports are set, for who tried to set one in another way. */
export function portSettings(): string {
  const [first, ...others] = Object.values(PORTS).map(({ setting, usual }) => ({ setting, moved: usual + 100 }));
  return `${first?.setting}=${first?.moved} npm start moves the API; ${others.map(({ setting }) => setting).join(", ")} move the rest`;
}

/** One line for each port that something else is using, with the setting that moves it. */
export async function busyPorts(ports: Ports): Promise<readonly string[]> {
  const names = Object.keys(PORTS) as (keyof typeof PORTS)[];
  const lines = await Promise.all(
    names.map(async (name) => {
      if (await isFree(ports[name])) return null;
      const { setting, what } = PORTS[name];
      return `Port ${ports[name]}, for ${what}, is in use. Choose another: ${setting}=${ports[name] + 100} npm start`;
    }),
  );
  return lines.filter((line) => line !== null);
}

/** The address of the twin's identity provider. */
export const identityUrl = (environment: Environment): string => `http://127.0.0.1:${readPorts(environment).identity}`;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
