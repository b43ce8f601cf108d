/** Names for whom work is done: a group, such as a tenant or a network, and a member of it, such as a user. */
export interface Share {
  readonly group: string;
  readonly member: string;
}

interface Entry<T> {
  readonly share: Share;
  readonly item: T;
}

/** Holds the entries of a group by member. The first one in each map has the next turn. */
type Members<T> = Map<string, Entry<T>[]>;

/**
 * Queues items so that groups take turns, and so do members within a group, however many items each of them has. Items
 * of one member keep their order.
 */
export class TurnQueue<T> {
  private readonly groups = new Map<string, Members<T>>();
  private readonly sizes = new Map<string, number>();
  private length = 0;

  get size(): number {
    return this.length;
  }

  /** Returns the number of items of a group. */
  sizeOfGroup(group: string): number {
    return this.sizes.get(group) ?? 0;
  }

  /** Returns the number of items of a member of a group. */
  sizeOfMember({ group, member }: Share): number {
    return this.groups.get(group)?.get(member)?.length ?? 0;
  }

  push(share: Share, item: T): void {
    const { group, member } = share;
    const members: Members<T> = this.groups.get(group) ?? new Map<string, Entry<T>[]>();
    this.groups.set(group, members);
    const entries = members.get(member);
    if (entries === undefined) members.set(member, [{ share, item }]);
    else entries.push({ share, item });
    this.count(group, 1);
  }

  /**
   * Removes and returns the item whose turn it is.
   * @param mayTake tells whether an item may be taken now; otherwise the next share is asked
   * @returns undefined when the queue is empty, or nothing may be taken
   */
  shift(mayTake: (share: Share, item: T) => boolean = () => true): T | undefined {
    for (const [group, members] of this.groups) {
      for (const [member, entries] of members) {
        const [first] = entries;
        if (first === undefined || !mayTake(first.share, first.item)) continue;
        entries.shift();
        toTheEnd(members, member, entries, entries.length > 0);
        toTheEnd(this.groups, group, members, members.size > 0);
        this.count(group, -1);
        return first.item;
      }
    }
    return undefined;
  }

  /** Removes and returns all items for which `predicate` is true. */
  removeWhere(predicate: (item: T) => boolean): T[] {
    const all = [...this.groups.values()].flatMap((members) => [...members.values()].flat());
    const removed = all.filter(({ item }) => predicate(item));
    for (const { share, item } of removed) this.remove(share, item);
    return removed.map(({ item }) => item);
  }

  /** Removes an item that no longer waits. */
  remove({ group, member }: Share, item: T): void {
    const members = this.groups.get(group);
    const entries = members?.get(member);
    const place = entries?.findIndex((entry) => entry.item === item) ?? -1;
    if (members === undefined || entries === undefined || place === -1) return;
    entries.splice(place, 1);
    if (entries.length === 0) members.delete(member);
    if (members.size === 0) this.groups.delete(group);
    this.count(group, -1);
  }

  private count(group: string, change: number): void {
    this.length += change;
    const size = this.sizeOfGroup(group) + change;
    if (size === 0) this.sizes.delete(group);
    else this.sizes.set(group, size);
  }
}

/** Moves an entry to the end of the map, so that the others have their turns first, or removes it. */
function toTheEnd<K, V>(map: Map<K, V>, key: K, value: V, keep: boolean): void {
  map.delete(key);
  if (keep) map.set(key, value);
}
