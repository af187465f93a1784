// How AssemblyScript asks for memory, and what its collector gives back. Each function says what it asks for, without the 16 bytes
// that the runtime puts before an object; a resize counts as one more block, of the new size.

class Node {
  next: Node | null = null;
  value: i32 = 0;
}

// Where things escape to; the next one takes their place.
let object: Node | null = null;
let numbers: Array<i32> | null = null;
let bytes: Uint8Array | null = null;
let text: string = "";
let chain: Node | null = null;

// 1 block of 8 bytes.
export function boxed(): void {
  object = new Node();
}

// 2 blocks, of 16 bytes for the array and 100 times 4 for what is in it.
export function array(): void {
  numbers = new Array<i32>(100);
}

// 5 blocks, of 16 bytes for the array and 8, 16, 32 and 64 times 4 for what is in it, as that grows.
export function growingArray(): void {
  const growing = new Array<i32>();
  for (let number = 0; number < 64; number++) growing.push(number);
  numbers = growing;
}

// 2 blocks, of 12 bytes for the view and 1,000 for what it shows.
export function typedArray(): void {
  bytes = new Uint8Array(1000);
}

// 1 block of 22 bytes: eleven letters of two bytes each.
export function joined(): void {
  text = "hello" + (bytes ? " world" : " earth");
}

// 1,000 blocks of 8 bytes, all of them garbage but for the last: enough for the collector to set in while it allocates.
export function garbage(): void {
  for (let number = 0; number < 1000; number++) object = new Node();
}

// 1 block of 8 bytes that is never given back.
export function leaked(): void {
  const node = new Node();
  node.next = chain;
  chain = node;
}

// Lets go of what can be let go of, and collects it.
export function collect(): void {
  object = null;
  numbers = null;
  bytes = null;
  text = "";
  __collect();
}
