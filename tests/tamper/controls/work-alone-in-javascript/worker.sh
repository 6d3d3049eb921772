honest
