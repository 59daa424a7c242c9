/** The ports of the container. */
export const CONTAINER_PORTS = { mqtt: 1883, webSocket: 8080 } as const;

export const CONTAINER_NAME = 'Listener';
