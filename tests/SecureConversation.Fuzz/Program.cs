using System.Diagnostics;
using System.Globalization;
using SecureConversation.Fuzz;
using SharpFuzz;

// tests/README.md says how to use this program; the script `fuzz` beside it drives AFL++.
switch (args)
{
    case ["list"]:
        Console.WriteLine(string.Join('\n', FuzzTarget.All.Select(t => t.Name)));
        return 0;
    case ["seeds", var folder]:
        Corpus.WriteSeeds(folder);
        return 0;
    case ["run", var name, .. var files]:
        return Reproduce(FuzzTarget.Find(name), files);
    case ["mutate", var name, var seconds, .. var seed]:
        return Mutate(FuzzTarget.Find(name), int.Parse(seconds, CultureInfo.InvariantCulture),
            seed is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : Environment.TickCount);
    case ["afl", var name]:
        var fuzzed = FuzzTarget.Find(name);
        Fuzzer.OutOfProcess.Run(stream => RunAndTell(fuzzed, ReadAll(stream)));
        return 0;
    default:
        Console.Error.WriteLine("list | seeds FOLDER | run TARGET FILE... | mutate TARGET SECONDS [SEED] | afl TARGET");
        return 2;
}

// AFL++ keeps the input and not the exception. Without a file of this, a process ended that was too slow on a busy machine.
static void RunAndTell(FuzzTarget target, byte[] input)
{
    try
    {
        target.Run(input);
    }
    catch (Exception e)
    {
        var folder = Environment.GetEnvironmentVariable("FUZZ_OUT") ?? ".";
        File.WriteAllText(Path.Combine(folder, $"exception-{Guid.NewGuid():N}.txt"), $"{e}\n{Convert.ToBase64String(input)}");
        throw;
    }
}

static byte[] ReadAll(Stream stream)
{
    using var copy = new MemoryStream();
    stream.CopyTo(copy);
    return copy.ToArray();
}

static int Reproduce(FuzzTarget target, string[] files)
{
    var failed = 0;
    foreach (var file in files)
    {
        failed += Try(target, File.ReadAllBytes(file), file) ? 0 : 1;
    }

    Console.WriteLine($"{target.Name}: {files.Length} inputs, {failed} findings");
    foreach (var outcome in files.Select(f => target.Outcome(File.ReadAllBytes(f))).OfType<string>().CountBy(o => o).OrderByDescending(o => o.Value))
    {
        Console.WriteLine($"    {outcome.Value} {outcome.Key}");
    }

    return failed == 0 ? 0 : 1;
}

static int Mutate(FuzzTarget target, int seconds, int seed)
{
    var inputs = Corpus.Load(target).Select(i => i.Content).ToList();
    var mutation = new Mutation(seed, inputs, Mutation.Dictionary);
    var (runs, found) = (0L, 0);
    for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds && found < 20; runs++)
    {
        var input = mutation.Next();
        var file = Path.Combine("findings", $"{target.Name}-{seed}-{runs}");
        if (!Try(target, input, file))
        {
            Directory.CreateDirectory("findings");
            File.WriteAllBytes(file, input);
            found++;
        }
    }

    Console.WriteLine($"{target.Name}: seed {seed}, {runs} executions in {seconds} s, {found} findings");
    return found == 0 ? 0 : 1;
}

static bool Try(FuzzTarget target, byte[] input, string name)
{
    try
    {
        target.Run(input);
        return true;
    }
    catch (Exception e)
    {
        Console.WriteLine($"{name}: {e}");
        return false;
    }
}
