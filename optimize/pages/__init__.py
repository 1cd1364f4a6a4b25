"""What people read: pages, sentences, tables and pictures of what was found; they compute nothing that decides."""
