// Uses each package a little, as somebody who installed it would: enough to see that it restores, compiles and loads.

using SecureConversation;

var assembly = typeof(FailureCode).Assembly;
Console.WriteLine($"{assembly.GetName().Name} {assembly.GetName().Version}, {Enum.GetValues<FailureCode>().Length} failure codes");
return 0;
