"""Linear SVMs on texts: how accurate they are, and how soon."""
