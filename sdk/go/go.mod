module goalpost

go 1.25
