"""What notebooks use and no GPT needs: checks that explain, figures, playgrounds, progress bars."""
