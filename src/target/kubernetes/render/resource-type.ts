/** What svc knows of a resource type: how its address is written, and the port where nothing else is said. */
export interface ResourceType {
  readonly scheme: string;
  readonly port: number;
}

/** The types of the service contract. Any other name is the platform team's: its provider says what it needs. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  postgres: { scheme: 'postgres', port: 5432 },
  redis: { scheme: 'redis', port: 6379 },
  kafka: { scheme: 'kafka', port: 9092 },
  opensearch: { scheme: 'https', port: 9200 },
};
