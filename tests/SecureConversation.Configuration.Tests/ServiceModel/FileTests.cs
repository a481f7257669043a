namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Files: limits, DTDs, <c>configSource</c>, parents, other sections.</summary>
public sealed class FileTests : IDisposable
{
    private const string Bindings =
        "<bindings><wsHttpBinding><binding name='a' maxReceivedMessageSize='1000'/></wsHttpBinding></bindings>";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Load_ReadsAFile_AndNamesItInProblems()
    {
        var path = Write(
            "app.config", "<configuration>\n<system.serviceModel>\n<bindings wrong='1'/>\n</system.serviceModel></configuration>");

        var problem = Assert.Single(ServiceModelConfiguration.Load(path).Problems);

        Assert.Equal(
            $"{path}(3,11): error: <system.serviceModel/bindings wrong=\"1\">: WCF's schema has no such attribute here. "
                + "Correct its name and case, or remove it.",
            problem.ToString());
    }

    [Fact]
    public void Load_OfASectionAlone_AndOfTheOldNamespace_Reads()
    {
        var alone = ServiceModelConfiguration.Load(Write("a.config", $"<system.serviceModel>{Bindings}</system.serviceModel>"));
        var old = ServiceModelConfiguration.Load(Write(
            "b.config",
            "<configuration xmlns='http://schemas.microsoft.com/.NetConfiguration/v2.0'><system.serviceModel>"
                + $"{Bindings}</system.serviceModel></configuration>"));

        Assert.Equal("a", Assert.Single(alone.Bindings).Name);
        Assert.Equal("a", Assert.Single(old.Bindings).Name);
        Assert.Empty(alone.Problems);
        Assert.Empty(old.Problems);
    }

    [Fact]
    public void Load_OfAFileWithoutTheSection_IsEmpty()
    {
        var configuration = Configurations.Whole("<configuration><appSettings><add key='a' value='b'/></appSettings></configuration>");

        Assert.Empty(configuration.Problems);
        Assert.Empty(configuration.Bindings);
    }

    [Theory]
    [InlineData("not xml", "no XML")]
    [InlineData("<configuration>\n<open></configuration>", "no XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><configuration/>", "DTD")]
    [InlineData("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><configuration/>", "DTD")]
    [InlineData("<project/>", "neither")]
    [InlineData("", "no XML")]
    public void Parse_OfWhatIsNoConfiguration_Throws(string text, string reason)
    {
        var refused = Assert.Throws<ServiceModelConfigurationException>(() => Configurations.Whole(text));

        var problem = Assert.Single(refused.Problems);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.Equal(Configurations.FileName, problem.Location.File);
    }

    [Fact]
    public void Parse_OfAnEntityBomb_ThrowsBeforeItExpands()
    {
        var entities = string.Concat(Enumerable.Range(1, 30).Select(i => $"<!ENTITY e{i} '&e{i - 1};&e{i - 1};'>"));

        var refused = Assert.Throws<ServiceModelConfigurationException>(() =>
            Configurations.Whole($"<!DOCTYPE a [<!ENTITY e0 'x'>{entities}]><configuration>&e30;</configuration>"));

        Assert.Contains("DTD", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAFileOverItsLimits_Throws()
    {
        var large = $"<configuration>{new string(' ', 2000)}</configuration>";
        var deep = $"<configuration>{string.Concat(Enumerable.Repeat("<a>", 100_000))}";
        var many = string.Concat(Enumerable.Range(0, 20).Select(i => $"<x{i}/>"));

        var tooLarge = Message(() => Configurations.Whole(large, new() { MaxFileSize = 1000 }));
        var tooMany = Message(() => Configurations.Section(many, new() { MaxProblems = 10 }));
        Assert.Contains("larger than 1000", tooLarge, StringComparison.Ordinal);
        Assert.Contains("more than 64 deep", Message(() => Configurations.Whole(deep)), StringComparison.Ordinal);
        Assert.Contains("more than 10 problems", tooMany, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("utf-16")]
    [InlineData("utf-8")]
    public void Load_ReadsTheEncodingThatTheFileDeclares(string encoding)
    {
        var path = Path.Combine(_directory.FullName, "app.config");
        var text = $"<?xml version='1.0' encoding='{encoding}'?><system.serviceModel><client>"
            + "<endpoint name='Aufträge' binding='wsHttpBinding'/></client></system.serviceModel>";
        File.WriteAllText(path, text, System.Text.Encoding.GetEncoding(encoding));

        Assert.Equal("Aufträge", Assert.Single(ServiceModelConfiguration.Load(path).ClientEndpoints).Name);
        var tooLarge = Message(() => ServiceModelConfiguration.Load(path, new() { MaxFileSize = 50 }));
        Assert.Contains("larger", tooLarge, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAFileThatIsNotThere_Throws() =>
        Assert.Contains("cannot be read", Message(() => ServiceModelConfiguration.Load("/nowhere/app.config")), StringComparison.Ordinal);

    [Fact]
    public void Comments_AreNotRead()
    {
        var configuration = Configurations.Section($"<!-- <bindings wrong='1'/> --><?a b?>{Bindings}");

        Assert.Empty(configuration.Problems);
    }

    [Fact]
    public void Text_BetweenElements_IsAnError() =>
        Assert.Contains("'stray'", Assert.Single(Configurations.Section($"stray {Bindings}").Problems).Reason, StringComparison.Ordinal);

    [Fact]
    public void Transformation_IsAnError()
    {
        var configuration = Configurations.Section(
            "<client xmlns:xdt='urn:xdt'><endpoint name='a' binding='wsHttpBinding' xdt:Transform='Replace'/></client>");

        Assert.Contains("transformation", Assert.Single(configuration.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigSource_IsFollowed_AndItsProblemsHaveItsLines()
    {
        Directory.CreateDirectory(Path.Combine(_directory.FullName, "sub"));
        var other = Write(
            "sub/bindings.config",
            "<bindings>\n<wsHttpBinding>\n<binding name='a' maxReceivedMessageSize='7' wrong='1'/>\n</wsHttpBinding></bindings>");
        var path = Write(
            "app.config",
            "<configuration><system.serviceModel><bindings configSource='sub\\bindings.config'/></system.serviceModel></configuration>");

        var configuration = ServiceModelConfiguration.Load(path);

        Assert.Equal(7, Assert.Single(configuration.Bindings).Transport.MaxReceivedMessageSize);
        var location = Assert.Single(configuration.Problems).Location;
        Assert.Equal((Path.GetFullPath(other), 3), (location.File, location.Line));
    }

    [Theory]
    [InlineData("configSource='../other.config'", "leads out")]
    [InlineData("configSource='/etc/other.config'", "leads out")]
    [InlineData("configSource='..'", "leads out")]
    [InlineData("configSource='wrong.config'", "root of the file")]
    [InlineData("configSource='wrong.config' other='1'", "is empty otherwise")]
    [InlineData("configProtectionProvider='Rsa'", "encrypted")]
    public void ConfigSource_ThatIsNotAllowed_IsAnError(string attribute, string reason)
    {
        Write("wrong.config", "<client/>");
        var path = Write(
            "app.config", $"<configuration><system.serviceModel>\n<bindings {attribute}/></system.serviceModel></configuration>");

        var problems = ServiceModelConfiguration.Load(path).Problems;

        var problem = Assert.Single(problems, problem => problem.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(2, problem.Location.Line);
    }

    [Theory]
    [InlineData("link.config", "outside/bindings.config", false)]
    [InlineData("link.config", "real.config", true)]
    [InlineData("link", "outside", false)]
    [InlineData("link.config", "link.config", false)]
    public void ConfigSource_ThroughALink_StaysInTheDirectory(string link, string target, bool isRead)
    {
        Write("bindings.config", Bindings);
        var app = Directory.CreateDirectory(Path.Combine(_directory.FullName, "app"));
        Write("app/real.config", Bindings);
        Directory.CreateDirectory(Path.Combine(_directory.FullName, "outside"));
        Write("outside/bindings.config", Bindings);
        var aim = target.StartsWith("outside", StringComparison.Ordinal) ? Path.Combine(_directory.FullName, target) : target;
        File.CreateSymbolicLink(Path.Combine(app.FullName, link), aim);
        var source = link == "link" ? "link/bindings.config" : link;
        var path = Write(
            "app/app.config", $"<configuration><system.serviceModel><bindings configSource='{source}'/></system.serviceModel></configuration>");

        var configuration = ServiceModelConfiguration.Load(path);

        Assert.Equal(isRead ? 1 : 0, configuration.Bindings.Length);
        Assert.Equal(!isRead, configuration.Problems.Any(p => p.Reason.Contains("out of the directory", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("<s:bindings xmlns:s='urn:s'/>")]
    [InlineData("<bindings><s:wsHttpBinding xmlns:s='urn:s'><binding name='a'/></s:wsHttpBinding></bindings>")]
    [InlineData("<bindings><customBinding><binding name='a'><s:security xmlns:s='urn:s'/><httpTransport/></binding></customBinding></bindings>")]
    [InlineData("<bindings><customBinding><s:clear xmlns:s='urn:s'/></customBinding></bindings>")]
    public void Element_OfAnotherNamespace_IsUnknown(string inside)
    {
        var configuration = Configurations.Section(inside);

        var problems = configuration.Problems.Concat(configuration.Bindings.SelectMany(b => b.Problems)).Distinct();
        Assert.Contains("of the namespace 'urn:s'", Assert.Single(problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_OfAnotherNamespace_IsRefused() => Assert.Contains(
        "neither",
        Assert.Throws<ServiceModelConfigurationException>(() => Configurations.Whole("<configuration xmlns='urn:s'/>")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ConfigSource_ThatIsSwitchedOff_IsAnError()
    {
        Write("bindings.config", Bindings);
        var path = Write(
            "app.config",
            "<configuration><system.serviceModel><bindings configSource='bindings.config'/></system.serviceModel></configuration>");

        var configuration = ServiceModelConfiguration.Load(path, new() { AllowConfigSource = false });

        Assert.Contains("not allowed", Assert.Single(configuration.Problems).Reason, StringComparison.Ordinal);
        Assert.Empty(configuration.Bindings);
    }

    [Fact]
    public void Location_OfTheWholeSite_IsRead_AndOfAPathIsANote()
    {
        var configuration = Configurations.Whole(
            $"<configuration><location><system.serviceModel>{Bindings}</system.serviceModel></location>\n"
                + $"<location path='sub'><system.serviceModel>{Bindings}</system.serviceModel></location></configuration>");

        Assert.Single(configuration.Bindings);
        var problem = Assert.Single(configuration.Problems);
        Assert.Equal((ConfigurationProblemSeverity.Note, 2, "path"), (problem.Severity, problem.Location.Line, problem.Attribute));
    }

    [Fact]
    public void Section_ThatStandsTwice_IsAnError()
    {
        var problem = Assert.Single(Configurations.Section(Bindings + Bindings).Problems);

        Assert.Contains("more than once", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parent_LiesUnderTheFile()
    {
        var parent = Write(
            "machine.config",
            """
            <configuration><system.serviceModel>
              <bindings><wsHttpBinding>
                <binding name="machine" maxReceivedMessageSize="1"/><binding name="a" maxReceivedMessageSize="2" sendTimeout="00:00:09"/>
                <binding name="gone"/>
              </wsHttpBinding></bindings>
              <behaviors><endpointBehaviors><behavior name="b">
                <callbackDebug includeExceptionDetailInFaults="true"/><dataContractSerializer maxItemsInObjectGraph="1"/>
              </behavior></endpointBehaviors></behaviors>
              <client><endpoint name="old" binding="wsHttpBinding"/></client>
              <extensions><bindingExtensions><add name="x" type="y"/></bindingExtensions></extensions>
            </system.serviceModel></configuration>
            """);
        var configuration = Configurations.Section(
            """
            <bindings><wsHttpBinding><remove name="gone"/><binding name="a" maxReceivedMessageSize="3"/></wsHttpBinding></bindings>
            <behaviors><endpointBehaviors><behavior name="b">
              <dataContractSerializer maxItemsInObjectGraph="2"/>
            </behavior></endpointBehaviors></behaviors>
            <client><clear/><endpoint name="new" binding="wsHttpBinding" bindingConfiguration="machine"/></client>
            """,
            new() { ParentFiles = [parent] });

        Assert.Empty(configuration.Problems);
        Assert.Equal(["machine", "a"], configuration.Bindings.Select(binding => binding.Name));
        var replaced = configuration.GetBinding("wsHttpBinding", "a");
        // Bindings are replaced, behaviors are merged.
        Assert.Equal((3, TimeSpan.FromMinutes(1)), (replaced.Transport.MaxReceivedMessageSize, replaced.SendTimeout));
        var behavior = Assert.Single(configuration.EndpointBehaviors);
        Assert.Equal((true, 2), (behavior.IncludeExceptionDetailInFaults, behavior.MaxItemsInObjectGraph));
        Assert.Equal("new", Assert.Single(configuration.ClientEndpoints).Name);
        Assert.Equal(1, configuration.ClientEndpoints[0].Binding!.Transport.MaxReceivedMessageSize);
    }

    private static string Message(Action read) => Assert.Throws<ServiceModelConfigurationException>(read).Message;

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
