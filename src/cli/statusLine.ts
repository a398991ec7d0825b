/** One line at the bottom of a terminal that is drawn over; elsewhere there is none. */
export class StatusLine {
  private drawn = false;

  constructor(readonly out: NodeJS.WriteStream) {}

  /** Whether a line can be drawn over. */
  get isThere(): boolean {
    return this.out.isTTY;
  }

  /** Draws the line anew, cut to the terminal's width. */
  draw(text: string): void {
    this.clear();
    this.out.write(cut(text, (this.out.columns || 80) - 1));
    this.drawn = true;
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }

  /** Takes the line that is drawn over off the screen. */
  clear(): void {
    if (this.drawn) this.out.write('\r\u001b[2K');
    this.drawn = false;
  }
}

function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
