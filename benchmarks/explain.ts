// The lead writes this benchmark and the speed of explanations: leave both, and report what you have.
