who: early
