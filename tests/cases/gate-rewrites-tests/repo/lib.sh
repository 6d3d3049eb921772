: nothing yet
