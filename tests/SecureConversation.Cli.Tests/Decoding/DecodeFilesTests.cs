using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Listening;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>The files of decode: key files with passwords, and the page that it writes.</summary>
public sealed class DecodeFilesTests : IDisposable
{
    private const string Session = "session/sc-mutualcert";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task PasswordWithAColon_OfAWrongKey_IsNotPrinted()
    {
        var key = _directory.Add("service.pfx", [1, 2, 3]);
        foreach (var argument in new[] { key + ":S3cret:tail", Path.Combine(_directory.FullName, "missing.pfx") + ":S3cret:tail" })
        {
            var result = await CliProcess.RunAsync("decode", _directory.FullName, "--key", argument);
            Assert.Equal(ExitCode.Usage, result.ExitCode);
            Assert.NotEmpty(result.Error);
            Assert.DoesNotContain("S3cret", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("tail", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("service.pfx", "open:sesame:")]
    [InlineData("with:colon.pfx", "open:sesame")]
    [InlineData("k", "")]
    public void PasswordBehindTheFirstColonThatAFileHas_IsTaken(string name, string password)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && name.Contains(':', StringComparison.Ordinal), "Windows has no such names.");
        var certificate = VectorArchive.Get(Session).ServiceCertificate;
        var path = _directory.Add(name, certificate.Export(X509ContentType.Pfx, password));
        using var read = KeyFiles.Read($"{path}:{password}", password: null);
        Assert.Equal(certificate.Thumbprint, read.Thumbprint);
        Assert.True(read.HasPrivateKey);
    }

    [Theory]
    [InlineData("decode")]
    [InlineData("why")]
    public async Task PasswordOfKeys_ComesFromTheEnvironment(string command)
    {
        var conversation = _directory.AddConversation(Session);
        var key = Path.Combine(_directory.FullName, "service.pfx");
        await File.WriteAllBytesAsync(key, VectorArchive.Get(Session).ServiceCertificate.Export(X509ContentType.Pfx, "open sesame"),
            TestContext.Current.CancellationToken);
        string[] arguments = [command, conversation, .. command == "why" ? new[] { conversation } : [], "--key", key];
        Assert.Equal(ExitCode.Usage, (await CliProcess.RunAsync(arguments)).ExitCode);
        var result = await CliProcess.RunAsync(
            new Dictionary<string, string> { [DecodingOptions.PasswordVariable] = "open sesame" }, arguments);
        Assert.NotEqual(ExitCode.Usage, result.ExitCode);
        Assert.DoesNotContain("open sesame", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_IsOfTheUserAlone_AndTakesThePlaceOfALink()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        var capture = _directory.Add("01-request.xml", "<a/>");
        var page = _directory.Add("page.html", "old");
        File.SetUnixFileMode(page, (UnixFileMode)0b110_110_110);
        var victim = _directory.Add("victim", "victim");
        var link = Path.Combine(_directory.FullName, "link.html");
        File.CreateSymbolicLink(link, victim);
        foreach (var path in new[] { page, link })
        {
            await CliProcess.RunAsync("decode", capture, "--html", path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.StartsWith("<!", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
            Assert.Null(new FileInfo(path).LinkTarget);
        }

        Assert.Equal("victim", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
        Assert.Equal(4, Directory.GetFiles(_directory.FullName).Length);
    }

    [Fact]
    public void PageInPlaceOfAFileThatIsRead_IsRefused()
    {
        var capture = _directory.Add("01-request.xml", "<a/>");
        var page = _directory.Add("report.html", "old");
        OutputFile.EnsureNoInput(page, [capture, _directory.FullName, "-"]);
        OutputFile.EnsureNoInput(Path.Combine(_directory.FullName, "new"), [capture, _directory.FullName]);
        Assert.Throws<ArgumentException>(() => OutputFile.EnsureNoInput(capture, [capture]));
        Assert.Throws<ArgumentException>(() => OutputFile.EnsureNoInput(capture, [_directory.FullName]));
        Assert.Throws<ArgumentException>(() => OutputFile.EnsureNoInput(capture, [Path.Combine(_directory.FullName, ".", "01-request.xml")]));
        if (!OperatingSystem.IsWindows())
        {
            var link = Path.Combine(_directory.FullName, "link");
            File.CreateSymbolicLink(link, capture);
            Assert.Throws<ArgumentException>(() => OutputFile.EnsureNoInput(capture, [link]));
            var way = Path.Combine(_directory.FullName, "way");
            Directory.CreateSymbolicLink(way, _directory.FullName);
            Assert.Throws<ArgumentException>(() => OutputFile.EnsureNoInput(Path.Combine(way, "01-request.xml"), [capture]));
        }
    }

    [Fact]
    public async Task PageInPlaceOfAKey_IsRefused_AndTheKeyStays()
    {
        var capture = _directory.Add("01-request.xml", "<a/>");
        var key = _directory.Add("service.pfx", [1, 2, 3]);
        var result = await CliProcess.RunAsync("decode", capture, "--key", key + ":pw", "--html", key);
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("is one of the files that are read", result.Error, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void FileThatCannotBeWritten_LeavesTheOldOne()
    {
        var path = _directory.Add("page.html", "old");
        Assert.Throws<FormatException>(() => PrivateFile.Replace(path, output =>
        {
            output.Write("half"u8);
            throw new FormatException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(path, Assert.Single(Directory.GetFiles(_directory.FullName)));
    }

    [Fact]
    public async Task CommandThatCannotFinish_SaysSoInOneLine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a device that is always full.");
        var tool = Path.Combine(AppContext.BaseDirectory, "SecureConversation.Cli.dll");
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "dotnet \"$0\" migrate \"$1\" --format json > /dev/full", tool, _directory.FullName])
        {
            RedirectStandardError = true,
        })!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, process.ExitCode);
        Assert.StartsWith("The command cannot go on: IOException: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
