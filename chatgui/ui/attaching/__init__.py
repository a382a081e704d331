"""Files on their way into a message: what was pasted, dropped or chosen, and the chips that stand for it in the composer."""
