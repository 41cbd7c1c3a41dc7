// What the device remembers: items, shifts and documents, safe on disk before the till says that they are.

const STORES = { items: "variant_id", meta: "name", shifts: "id", documents: "id" };

export async function open(name) {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return new Store(database);
}

class Store {
  constructor(database) {
    this.database = database;
  }

  /** Do `work(store => IDBObjectStore)` in one transaction; resolves when it is on disk. */
  write(stores, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(stores, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve(result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      const result = work((name) => transaction.objectStore(name));
    });
  }

  read(store, query) {
    return new Promise((resolve, reject) => {
      const request = this.database.transaction(store).objectStore(store)[query === undefined ? "getAll" : "get"](query);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  put(store, ...rows) {
    return this.write([store], (at) => rows.forEach((row) => at(store).put(row)));
  }

  /** Put what the server answered beside documents that have not changed meanwhile. */
  update(store, id, change) {
    return this.write([store], (at) => {
      const request = at(store).get(id);
      request.onsuccess = () => request.result && at(store).put({ ...request.result, ...change });
    });
  }

  replaceItems(items) {
    return this.write(["items"], (at) => {
      at("items").clear();
      items.forEach((item) => at("items").put(item));
    });
  }

  remove(store, ids) {
    return this.write([store], (at) => ids.forEach((id) => at(store).delete(id)));
  }
}
