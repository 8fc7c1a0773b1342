"""Make each chapter one page that is complete in itself: text, pictures, widgets as they begin."""
