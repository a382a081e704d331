"""What lies over the window for one choice: the model picker and the command palette."""
