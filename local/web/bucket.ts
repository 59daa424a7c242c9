export interface StoredObject {
  readonly content: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** An S3 bucket whose objects are put there by the template alone. */
export class Bucket {
  readonly name: string;
  private readonly objects = new Map<string, StoredObject>();

  constructor(name: string) {
    this.name = name;
  }

  put(key: string, object: StoredObject): void {
    this.objects.set(key, object);
  }

  get(key: string): StoredObject | undefined {
    return this.objects.get(key);
  }
}
